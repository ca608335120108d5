/**
 * Loaded into a peer before all else (`node --import`): SIGUSR2 begins a CPU profile of its main thread, and another one
 * ends it and writes it to the file that DURE_PROFILE names, with the process id in place of `%`.
 */
import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";

const file = process.env["DURE_PROFILE"];
const INTERVAL_US = 500;

if (file !== undefined && process.argv.includes("peer")) {
  let session: Session | undefined;
  process.on("SIGUSR2", () => {
    if (session === undefined) {
      session = new Session();
      session.connect();
      session.post("Profiler.enable");
      session.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
      session.post("Profiler.start");
      return;
    }
    session.post("Profiler.stop", (error, { profile }) => {
      if (error === null) writeFileSync(file.replace("%", String(process.pid)), JSON.stringify(profile));
    });
    session.disconnect();
    session = undefined;
  });
}
