import { type ValidatorSet, validatorSet } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import { type ChannelConfig, type Epoch, FIRST_EPOCH, firstEpoch, parseGenesis } from "@dure/membership";
import type { Hash } from "@dure/types";
import { refuse } from "./refusal.ts";

/** An epoch that a verifier has come to, with the validators whose signatures count in it. */
export type KnownEpoch = { readonly epoch: Epoch; readonly set: ValidatorSet };

/** What a verifier starts from: one channel's genesis, and nothing that any peer said. */
export type Trust = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  /** The genesis' configuration. */
  readonly config: ChannelConfig;
  /** An epoch that the genesis leads to, as far as verified end certificates have shown; undefined beyond. */
  readonly epochOf: (epoch: number) => KnownEpoch | undefined;
  /** The epoch that `verify` leads to, which is asked once for each `key`: the bytes of the way there. What it throws passes. */
  readonly remember: (epoch: number, key: string, verify: () => KnownEpoch) => KnownEpoch;
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
  const { config, document, channelId } = parsed;
  const epoch = firstEpoch(document, channelId);
  const first = { key: "", known: { epoch, set: validatorSet({ suite, ...epoch }) } };
  const remembered = new Map<number, { readonly key: string; readonly known: KnownEpoch }>([
    [FIRST_EPOCH, first],
  ]);
  const remember: Trust["remember"] = (of, key, verify) => {
    const held = remembered.get(of);
    if (held?.key === key) return held.known;
    const known = verify();
    remembered.set(of, { key, known });
    return known;
  };
  const epochOf = (of: number): KnownEpoch | undefined => remembered.get(of)?.known;
  return { ok: true, trust: { suite, channelId, config, epochOf, remember } };
};

/** The peer id of the validator that proposed a block, as far as the trust knows the epoch. */
export const proposerOf = (
  trust: Trust,
  { epoch, proposer }: { readonly epoch: number; readonly proposer: number },
): string | undefined => trust.epochOf(epoch)?.epoch.config.validators[proposer]?.id;

/** The first epoch, which every genesis begins. */
export const firstKnown = (trust: Trust): KnownEpoch =>
  trust.epochOf(FIRST_EPOCH) ?? refuse("EPOCH_UNKNOWN", "the genesis begins no epoch");

/** The validator set of an epoch. Refuses an epoch that the trust does not lead to. */
export const validatorsOf = (trust: Trust, epoch: number): ValidatorSet =>
  trust.epochOf(epoch)?.set ??
  refuse("EPOCH_UNKNOWN", `neither the genesis nor the proof leads to the validators of epoch ${epoch}`);
