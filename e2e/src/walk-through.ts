/** Reads and runs the commands of a walk-through: fenced shell blocks under a comment that marks them. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Json } from "./json.ts";

const MARKER = "<!-- test: walk-through -->";
const BLOCK = /<!-- test: walk-through -->\s*\n```[a-z]*\n([\s\S]*?)```/g;
const SOURCE = new URL("../../README.md", import.meta.url);

/** The commands of a text's marked blocks, in order: one for each line, continued lines joined. */
export const commandsIn = (text: string): readonly string[] =>
  [...text.matchAll(BLOCK)]
    .flatMap(([, block = ""]) => block.replaceAll(/\\\r?\n\s*/g, " ").split("\n"))
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** The commands of README.md. */
export const walkThrough = (): readonly string[] => {
  const commands = commandsIn(readFileSync(fileURLToPath(SOURCE), "utf8"));
  if (commands.length === 0) throw new Error(`README.md holds no block marked ${MARKER}`);
  return commands;
};

/** The same command against a devnet whose ports are moved by an offset. */
export const moved = (command: string, offset: number): string =>
  command.replaceAll(
    /(localhost|127\.0\.0\.1):(\d{4,5})/g,
    (_match, host: string, port: string) => `${host}:${Number(port) + offset}`,
  );

/** Puts what earlier answers gave in the place of `<name>`, for every name that stands there. */
export const filled = (command: string, values: ReadonlyMap<string, string>): string =>
  command.replaceAll(/<([a-z_]+)>/g, (match, name: string) => values.get(name) ?? match);

/** Runs a curl command by the shell, as it is written but for curl's progress meter; returns the answer's JSON. */
export const runCurl = async (command: string): Promise<Json> => {
  if (!/^curl\s/.test(command)) throw new Error(`a walk-through's commands are curl's, not: ${command}`);
  const { stdout } = await promisify(execFile)("sh", ["-c", command.replace(/^curl\s/, "curl -sS ")]);
  return JSON.parse(stdout) as Json;
};
