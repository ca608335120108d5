/** What `npm start` does: install and build what is not up to date, then `dure devnet`. */
import { join } from "node:path";
import { build } from "./build.mjs";
import { elapsed } from "./elapsed.mjs";
import { installIfStale } from "./install.mjs";
import { root } from "./root.mjs";
import { runNode } from "./run.mjs";

/**
 * Starts the devnet and sets this process's exit code to that of the step that failed, or of the devnet when it
 * has ended.
 *
 * @param {readonly string[]} args what follows `dure devnet`
 * @returns {Promise<void>}
 */
export const start = async (args) => {
  const clock = elapsed();
  const say = (line) => console.log(`dure: ${line}`);
  process.exitCode = await installIfStale(root, (line) => say(`${line} ...`));
  if (process.exitCode !== 0) return say("the dependencies could not be installed; npm's message is above");
  say(`dependencies ready (${clock()})`);
  process.exitCode = await build(root);
  if (process.exitCode !== 0) return say("the build failed; the compiler's message is above");
  say(`built (${clock()})`);
  process.exitCode = await runNode([join(root, "packages/cli/bin/dure.mjs"), "devnet", ...args]);
};
