import { createSodiumSuite } from "@dure/crypto/sodium";
import { toHex } from "@dure/types";
import { lockHome } from "../home/lock-home.ts";
import { openConsensusKey, replaceConsensusKey } from "./consensus-key.ts";

const keyOf = async (home: string, seedOf: (home: string) => Promise<Uint8Array>): Promise<string> => {
  const lock = await lockHome(home, "peer");
  try {
    return toHex(createSodiumSuite().publicKeyOf(await seedOf(home)));
  } finally {
    await lock.release();
  }
};

/** The public consensus key of a stopped peer's home, made if it has none. Throws CliError. */
export const showKey = (home: string): Promise<string> => keyOf(home, openConsensusKey);

/** Gives a stopped peer's home another consensus key, and returns its public part. Throws CliError. */
export const rekey = (home: string): Promise<string> => keyOf(home, replaceConsensusKey);
