import { resolve } from "node:path";
import type { ContractDescription } from "@dure/score";
import { authorPlaces, placeOfTrace } from "./author-places.ts";
import { SOURCE_BYTES_MAX } from "./bounds.ts";
import { type Bundle, bundle } from "./bundle.ts";
import { ScoreHostError } from "./error.ts";
import { DEFAULTS } from "./limits.ts";
import type { ScoreSource } from "./outcome.ts";
import { Sandbox, Unloadable } from "./sandbox.ts";
import { type Spawn, spawnSandbox } from "./spawn.ts";
import { startThread } from "./thread.ts";

/**
 * Bundles a contract's TypeScript entry, with all that it imports, into one script text, loads that in a
 * sandbox process, and returns it with the name and version that the contract gives itself. The same sources give the same
 * bytes wherever they lie on disk.
 *
 * @param entry path of the module whose default export is made by `contract({...})`
 * @throws ScoreHostError CONTRACT_INVALID, with the reason and, if it is known, the author's line as `at`
 */
export const pack = async (entry: string): Promise<ScoreSource> => {
  const bundled = await bundleBounded(entry);
  return packed(bundled, await describe(bundled, spawnSandbox));
};

/** A packed contract with what leads from places in its text to the author's files. */
export type TracedScore = ScoreSource & {
  readonly description: ContractDescription;
  /** A source map (ECMA-426) as JSON. Its sources are named from the entry's folder. */
  readonly sourceMap: string;
  /** The paths of all files in the text. */
  readonly files: readonly string[];
};

/**
 * Does what `pack` does, but loads the text in a thread of this process, which is faster and knows the author's line of
 * whatever the contract throws. For the author's own contracts: a thread is no wall to hold a stranger's.
 *
 * @throws ScoreHostError CONTRACT_INVALID, with the reason and the author's line as `at`
 */
export const packTraced = async (entry: string): Promise<TracedScore> => {
  const bundled = await bundleBounded(entry);
  const description = await describe(bundled, () => startThread(DEFAULTS.memoryMb));
  const { sourceMap, files } = bundled;
  return { ...packed(bundled, description), description, sourceMap, files };
};

const packed = ({ source }: Bundle, { name, version }: ContractDescription): ScoreSource => ({
  name,
  version,
  source,
});

const bundleBounded = async (entry: string): Promise<Bundle> => {
  const bundled = await bundle(resolve(entry));
  if (Buffer.byteLength(bundled.source) <= SOURCE_BYTES_MAX) return bundled;
  throw new ScoreHostError("CONTRACT_INVALID", `the bundle of ${entry} is beyond ${SOURCE_BYTES_MAX} bytes`);
};

const describe = async (bundled: Bundle, spawn: Spawn): Promise<ContractDescription> => {
  try {
    return await Sandbox.describe(bundled.source, spawn);
  } catch (error) {
    if (!(error instanceof Unloadable)) throw error;
    const places = authorPlaces(bundled);
    const at = places.ofSyntax() ?? placeOfTrace(error.trace, () => places);
    if (at === undefined) throw error;
    // The author's own place, in place of the packed text's line.
    const reason = error.message.replace(/: line \d+: /, ": ");
    throw new ScoreHostError("CONTRACT_INVALID", `${reason} (${at})`, { cause: error, at });
  }
};
