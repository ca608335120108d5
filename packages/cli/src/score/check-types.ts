import { existsSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../error.ts";
import { typescriptOf } from "./installed.ts";
import type { Project } from "./project.ts";
import { runNode } from "./run-node.ts";

/**
 * Checks a contract's types, if TypeScript and a tsconfig.json are there; its findings go to the terminal.
 *
 * @returns whether it was checked
 * @throws CliError `SCORE_INVALID` where there are findings
 */
export const checkTypes = async ({ directory }: Project): Promise<boolean> => {
  const typescript = typescriptOf(directory);
  if (typescript === undefined || !existsSync(join(directory, "tsconfig.json"))) return false;
  const code = await runNode(
    [join(typescript, "bin", "tsc"), "--noEmit", "-p", directory],
    directory,
    "stderr",
  );
  if (code === 0) return true;
  throw new CliError("SCORE_INVALID", "the types do not hold: see above");
};
