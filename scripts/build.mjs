/** The build: TypeScript's own build mode, then the page's bundle; both skip what is up to date. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { buildPage } from "./page.mjs";
import { projects, pruneOrphans } from "./projects.mjs";
import { runNode } from "./run.mjs";

/**
 * Builds the packages, and with `everything` the examples, end-to-end tests and benchmarks too. Returns the
 * exit code of the step that failed, or 0; messages go to the terminal.
 *
 * @param {string} root
 * @param {{ everything?: boolean }} [options]
 * @returns {Promise<number>}
 */
export const build = async (root, { everything = false } = {}) => {
  for (const project of projects(root)) pruneOrphans(project);
  const beside = everything ? ["examples", "e2e", "benchmarks"] : [];
  const targets = [".", ...beside.filter((name) => existsSync(join(root, name, "tsconfig.json")))];
  const tsc = join("node_modules", "typescript", "bin", "tsc");
  const code = await runNode([tsc, "-b", ...targets], { cwd: root });
  return code === 0 ? buildPage(root) : code;
};

// `npm run build`: the packages and the page, as `npm start` builds them.
if (argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = await build(join(import.meta.dirname, ".."));
