import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { CliError } from "../error.ts";

/** The contracts that every devnet has, the default one first. */
const EXAMPLES = ["contract-agreement", "token"] as const;

/**
 * The paths of the example contracts, the default SCORE's first.
 *
 * @throws CliError `EXAMPLES_MISSING` outside the repository.
 */
export const exampleScores = (): readonly string[] =>
  EXAMPLES.map((name) => {
    const path = fileURLToPath(new URL(`../../../../examples/${name}/contract.ts`, import.meta.url));
    if (existsSync(path)) return path;
    throw new CliError(
      "EXAMPLES_MISSING",
      `${path} is missing: restore the repository's examples, a devnet is founded with them`,
    );
  });
