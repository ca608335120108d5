/** What Linux says of a process that runs contracts. */
import { readFileSync } from "node:fs";

/** Clock ticks of /proc/PID/stat in a second: 100 on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU, user and system, that a process has taken so far, with all its threads. */
export const cpuSecondsOf = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold anything: the fields are counted from behind it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
};

/** The same of this process. */
export const ownCpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Resident bytes of a process that are no file's. */
export const memoryOf = (pid: number): number =>
  Number(/RssAnon:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
