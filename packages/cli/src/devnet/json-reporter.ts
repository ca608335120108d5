import { CLIENTS, clientDirectory } from "../home/client-directory.ts";
import { DEVNET } from "./processes.ts";
import type { Reporter } from "./reporter.ts";

/** One line of JSON on stdout for each event, for scripts. */
export const jsonReporter = (): Reporter => {
  const say = (event: string, fields: object = {}): void => console.log(JSON.stringify({ event, ...fields }));
  return {
    step: async (title, work) => {
      const startMs = performance.now();
      const result = await work();
      say("step", { title, ms: Math.round(performance.now() - startMs) });
      return result;
    },
    childEvent: (name, { event, ...fields }) => say("process", { name, did: event, ...fields }),
    ready: ({ home, channelId, isNew, processes }) =>
      say("ready", {
        home,
        channel: DEVNET,
        channelId,
        founded: isNew,
        pid: process.pid,
        processes: processes.map(({ ports, ...rest }) => ({
          ...rest,
          grpcPort: ports.grpc,
          restPort: ports.rest,
        })),
        clients: Object.keys(CLIENTS).map((name) => ({ name, identity: clientDirectory(home, name) })),
      }),
    died: (death) => say("died", death),
    restarted: (name, pid) => say("restarted", { name, pid }),
    stopped: () => say("stopped"),
  };
};
