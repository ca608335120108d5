import { spawnSync } from "node:child_process";

/** The score host processes that this process started. */
const children = (): readonly number[] =>
  spawnSync("pgrep", ["-P", String(process.pid), "-f", "score-host/dist/child/main.js"], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((line) => line !== "")
    .map(Number);

const endAll = (): void => {
  for (const pid of children()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
};

/** Ends them, and whatever takes their place, again and again, until it is told to stop. */
export const endChildren = (): (() => void) => {
  endAll();
  const timer = setInterval(endAll, 20);
  return () => clearInterval(timer);
};
