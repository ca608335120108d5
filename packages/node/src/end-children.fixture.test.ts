import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";

/** The score host processes that this process started. */
const children = (): Promise<readonly number[]> =>
  new Promise((resolve) => {
    execFile("pgrep", ["-P", String(process.pid), "-f", "score-host/dist/child/main.js"], (_, stdout) => {
      const lines = stdout.split("\n").filter((line) => line !== "");
      resolve(lines.map(Number));
    });
  });

const endAll = async (): Promise<void> => {
  for (const pid of await children()) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
};

/**
 * Ends them, and whatever takes their place, again and again, faster than they start: resolves when those that are there
 * have ended, to what stops it.
 */
export const endChildren = async (): Promise<() => void> => {
  let isStopped = false;
  const goOn = async (): Promise<void> => {
    while (!isStopped) {
      await endAll();
      await setTimeout(5);
    }
  };
  await endAll();
  void goOn();
  return () => {
    isStopped = true;
  };
};
