import { existsSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../bin/dure.mjs", import.meta.url));
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** A path as one argument of a shell. */
export const quoted = (text: string): string => (/^[\w@%+=:,./\\-]+$/.test(text) ? text : `"${text}"`);

/**
 * How to call this very `dure` from a directory. `npx dure` only where npx finds it locally: elsewhere npx would fetch
 * some package of that name.
 */
export const callOf = (cwd: string): string => {
  const root = realpathSync(ROOT);
  const isInside = `${realpathSync(cwd)}${sep}`.startsWith(root.endsWith(sep) ? root : root + sep);
  return isInside && existsSync(join(root, "node_modules", ".bin", "dure"))
    ? "npx dure"
    : `node ${quoted(relative(cwd, BIN).startsWith("..") ? BIN : relative(cwd, BIN))}`;
};
