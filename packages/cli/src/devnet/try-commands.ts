import { existsSync, realpathSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { DEFAULT_HOME } from "../home/find-devnet.ts";

const BIN = fileURLToPath(new URL("../../bin/dure.mjs", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

const quoted = (text: string): string => (/^[\w@%+=:,./\\-]+$/.test(text) ? text : `"${text}"`);

/**
 * How to call this very `dure` from a directory. `npx dure` only where npx finds it locally: elsewhere npx would fetch
 * some package of that name.
 */
const callOf = (cwd: string): string => {
  const root = realpathSync(ROOT);
  const isInside = `${realpathSync(cwd)}${sep}`.startsWith(root.endsWith(sep) ? root : root + sep);
  return isInside && existsSync(join(root, "node_modules", ".bin", "dure"))
    ? "npx dure"
    : `node ${quoted(relative(cwd, BIN).startsWith("..") ? BIN : relative(cwd, BIN))}`;
};

/** JSON as one argument of the shell at hand. */
const jsonArgument = (value: object): string => {
  const text = JSON.stringify(value);
  return process.platform === "win32" ? `"${text.replaceAll('"', '\\"')}"` : `'${text}'`;
};

/** Three commands that work as they stand, from the directory in which the devnet was started. */
export const commandsToTry = (home: string, cwd = process.cwd()): readonly string[] => {
  const dure = callOf(cwd);
  const where = resolve(cwd, DEFAULT_HOME) === home ? "" : ` --home ${quoted(home)}`;
  const proposal = { proposer: "alice", counterparties: ["bob"], content: "a roof for two", quorum: 2 };
  return [
    `${dure} status${where}`,
    `${dure} tx send --as alice propose ${jsonArgument(proposal)}${where}`,
    `${dure} query get_user_contracts ${jsonArgument({ user_id: "bob" })}${where}`,
  ];
};
