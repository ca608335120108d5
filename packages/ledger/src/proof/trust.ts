import { type ValidatorSet, validatorSet } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import { type ChannelConfig, epochConfig, parseGenesis } from "@dure/membership";
import type { Hash } from "@dure/types";
import { refuse } from "./refusal.ts";

/** What a verifier starts from: one channel's genesis, and nothing that any peer said. */
export type Trust = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly config: ChannelConfig;
  /** The validators whose signatures count in an epoch; undefined for one that the genesis does not lead to. */
  readonly validatorsOf: (epoch: number) => ValidatorSet | undefined;
};

/** Trust in a genesis document, or why it is refused. */
export type TrustResult =
  | { readonly ok: true; readonly trust: Trust }
  | { readonly ok: false; readonly code: "GENESIS_MALFORMED"; readonly message: string };

/**
 * The trust that a genesis document's text gives: the caller's own copy, obtained from its founders. Taken from the
 * peer that also gives the proof, it shows nothing. Never throws.
 */
export const trustOf = (suite: CryptoSuite, genesisText: string): TrustResult => {
  const parsed = parseGenesis(suite, genesisText);
  if (!parsed.ok) return parsed;
  const { config, channelId } = parsed;
  const sets = new Map<number, ValidatorSet>();
  const validatorsOf = (epoch: number): ValidatorSet | undefined => {
    const known = sets.get(epoch);
    const found = known === undefined ? epochConfig(config, channelId, epoch) : undefined;
    if (found === undefined) return known;
    const set = validatorSet({ suite, ...found });
    sets.set(epoch, set);
    return set;
  };
  return { ok: true, trust: { suite, channelId, config, validatorsOf } };
};

/** The validator set of an epoch. Refuses an epoch that the trust does not lead to. */
export const validatorsOf = (trust: Trust, epoch: number): ValidatorSet =>
  trust.validatorsOf(epoch) ??
  refuse("EPOCH_UNKNOWN", `the genesis does not lead to the validators of epoch ${epoch}`);
