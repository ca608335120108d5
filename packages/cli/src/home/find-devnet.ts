import { dirname, join, resolve } from "node:path";
import { CliError } from "../error.ts";
import { type DevnetSettings, inspectHome } from "./devnet-home.ts";

/** Where a devnet lives unless told otherwise, in the current directory. */
export const DEFAULT_HOME = ".dure";

export type Devnet = { readonly home: string; readonly settings: DevnetSettings };

/** The devnet of a home. Throws CliError `HOME_MISSING`, or as `inspectHome`. */
const devnetAt = async (home: string): Promise<Devnet> => {
  const found = await inspectHome(home);
  if (found.state === "devnet") return { home, settings: found.settings };
  throw new CliError(
    "HOME_MISSING",
    `${home} is no devnet's home: start one with dure devnet --home ${home}`,
  );
};

/**
 * The devnet that a command means: that of `--home`, or else of the nearest `.dure` in the current directory or above
 * it. Undefined if there is none and none was named.
 *
 * @throws CliError if the one that was named is none.
 */
export const findDevnet = async (named: string | undefined, cwd: string): Promise<Devnet | undefined> => {
  if (named !== undefined) return devnetAt(resolve(cwd, named));
  for (let directory = cwd; ; directory = dirname(directory)) {
    const home = join(directory, DEFAULT_HOME);
    const found = await inspectHome(home).catch(() => undefined);
    if (found?.state === "devnet") return { home, settings: found.settings };
    if (directory === dirname(directory)) return undefined;
  }
};
