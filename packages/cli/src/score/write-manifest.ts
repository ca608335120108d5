import { join } from "node:path";
import { writeAtomically } from "../atomic-file.ts";
import { CliError } from "../error.ts";
import { offeredBy } from "./build-package.ts";
import type { Project } from "./project.ts";

/**
 * Writes into a contract's package.json what the contract says of itself: `id`, `version` and `functions`. All else in
 * it stays.
 *
 * @throws CliError `SCORE_SOURCE` where no package.json is the contract's; ScoreHostError
 */
export const writeManifest = async ({ directory, entry, manifest }: Project): Promise<void> => {
  // Without an id, it may be the package.json of something else that the contract is a part of.
  if (!Object.hasOwn(manifest, "id"))
    throw new CliError("SCORE_SOURCE", `${directory} has no package.json with an "id": write one first`);
  const { name: id, version, functions } = await offeredBy(entry, "author");
  const text = JSON.stringify({ ...manifest, id, version, functions }, null, 2);
  await writeAtomically(join(directory, "package.json"), `${text}\n`);
};
