import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "@dure/crypto/sodium";
import { fromHex, toHex } from "@dure/types";
import { readIfPresent, writeAtomically } from "../atomic-file.ts";
import { CliError, systemCode } from "../error.ts";

const FILE = "consensus.key";

const hasChannel = async (home: string): Promise<boolean> => {
  try {
    return (await readdir(join(home, "channels"))).length > 0;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
};

/** Makes a seed. It is synced before anyone is told the public key: a lost key cannot vote again. */
const makeSeed = async (path: string): Promise<Uint8Array> => {
  const made = randomBytes(32);
  await writeAtomically(path, `${toHex(made)}\n`, 0o600);
  return made;
};

/**
 * Replaces the consensus key of a home whose lock the caller holds, because its record was lost or it is to be rotated.
 * The old key is gone: until a change of the configuration names the new one, the peer follows without voting.
 */
export const replaceConsensusKey = (home: string): Promise<Uint8Array> => makeSeed(join(home, FILE));

/**
 * The seed of a peer's consensus key, 32 bytes, in a home whose lock the caller holds. Made at the first start; from
 * then on it is read, and a home that has voted in a channel but lost its key is not given another in passing.
 *
 * @throws CliError `CONSENSUS_KEY_MISSING` or `CONSENSUS_KEY_DAMAGED`.
 */
export const openConsensusKey = async (home: string): Promise<Uint8Array> => {
  const path = join(home, FILE);
  const text = await readIfPresent(path);
  if (text === undefined) {
    if (!(await hasChannel(home))) return makeSeed(path);
    throw new CliError(
      "CONSENSUS_KEY_MISSING",
      `${path} is missing, but ${home} has voted with it: restore it from a backup, or make another with dure peer rekey`,
    );
  }
  const seed = fromHex(text.trim(), 32);
  if (seed !== undefined) return seed;
  throw new CliError("CONSENSUS_KEY_DAMAGED", `${path} is not 64 hex digits: restore it from a backup`);
};
