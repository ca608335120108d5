/** The build: TypeScript's own build mode, which skips what is up to date. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projects, pruneOrphans } from "./projects.mjs";
import { runNode } from "./run.mjs";

/**
 * Builds the packages, and with `everything` the examples, end-to-end tests and benchmarks too. Returns the
 * compiler's exit code; its messages go to the terminal.
 *
 * @param {string} root
 * @param {{ everything?: boolean }} [options]
 * @returns {Promise<number>}
 */
export const build = (root, { everything = false } = {}) => {
  for (const project of projects(root)) pruneOrphans(project);
  const beside = everything ? ["examples", "e2e", "benchmarks"] : [];
  const targets = [".", ...beside.filter((name) => existsSync(join(root, name, "tsconfig.json")))];
  return runNode([join("node_modules", "typescript", "bin", "tsc"), "-b", ...targets], { cwd: root });
};
