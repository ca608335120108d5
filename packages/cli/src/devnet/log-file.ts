import { closeSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { systemCode } from "../error.ts";

/** How many logs of earlier runs are kept beside the current one: `peer0.log.1` is the latest of them. */
const OLD_LOGS = 3;
const TAIL_BYTES = 16 * 1024;

const move = (from: string, to: string): void => {
  try {
    renameSync(from, to);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
};

/** Puts a log aside for a new run; the oldest one is lost. */
export const rotateLog = (path: string): void => {
  for (let age = OLD_LOGS; age > 1; age--) move(`${path}.${age - 1}`, `${path}.${age}`);
  move(path, `${path}.1`);
};

type LogLine = {
  readonly level?: number;
  readonly time?: number;
  readonly msg?: string;
  readonly err?: unknown;
  readonly event?: unknown;
};

const LEVELS: Readonly<Record<number, string>> = { 30: "info", 40: "warn", 50: "error", 60: "fatal" };

/** What an error or event says of itself. */
const detailOf = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return "";
  const { type, message } = value as Record<string, unknown>;
  const words = [type, message].filter((word) => typeof word === "string");
  return words.length === 0 ? "" : `: ${words.join(", ")}`;
};

/** A log's line for people. What is no JSON (a crash's stack) stays as it is. */
const readable = (line: string): string => {
  try {
    const {
      level = 0,
      time,
      msg,
      err,
      event,
      ...rest
    } = JSON.parse(line) as LogLine & Record<string, unknown>;
    if ("code" in rest && "message" in rest) return `${String(rest["message"])} (${String(rest["code"])})`;
    if (msg === undefined) return line;
    const clock = time === undefined ? "" : `${new Date(time).toISOString().slice(11, 23)} `;
    return `${clock}${LEVELS[level] ?? "debug"} ${msg}${detailOf(event)}${detailOf(err)}`;
  } catch {
    return line;
  }
};

/** The last lines of a log, as people read them; none if it cannot be read. */
export const lastLines = (path: string, count: number): readonly string[] => {
  try {
    const file = openSync(path, "r");
    try {
      const { size } = statSync(path);
      const from = Math.max(0, size - TAIL_BYTES);
      const bytes = Buffer.alloc(size - from);
      const read = readSync(file, bytes, 0, bytes.length, from);
      const lines = bytes.toString("utf8", 0, read).split("\n");
      // The first of a tail may have lost its beginning.
      return lines
        .slice(from > 0 ? 1 : 0)
        .filter((line) => line.trim() !== "")
        .slice(-count)
        .map((line) => readable(line).slice(0, 300));
    } finally {
      closeSync(file);
    }
  } catch {
    return [];
  }
};
