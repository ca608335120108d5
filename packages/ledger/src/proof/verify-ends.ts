import { validatorSet, verifyCommitProof } from "@dure/consensus";
import { FIRST_EPOCH, isConfiguration, nextEpoch, readConfiguration } from "@dure/membership";
import { blockId, bodyRoot, decodeTransaction, toBase64, Writer, writeCommitProof } from "@dure/types";
import { PROOF_LIMITS } from "./limits.ts";
import type { ReadEnd } from "./read-document.ts";
import { invalid } from "./refusal.ts";
import { firstKnown, type KnownEpoch, type Trust } from "./trust.ts";

const fail = (at: number, why: string): never => invalid(`epochs[${at}]: ${why}`);

/** The epoch that the block of an end certificate opens, from the one that it ends. */
const epochAfter = (trust: Trust, { epoch, set }: KnownEpoch, end: ReadEnd, at: number): KnownEpoch => {
  const { suite } = trust;
  const { header, bytes } = end.header;
  const id = blockId(suite, bytes);
  if (header.channelId !== trust.channelId) fail(at, "the block is of another channel");
  if (header.epoch !== epoch.epoch || !header.endsEpoch)
    fail(at, `the block does not end epoch ${epoch.epoch}`);
  if (header.height <= epoch.base.height) fail(at, "the block is not above the epoch's base");
  const decoded = decodeTransaction(suite, end.transaction, PROOF_LIMITS.transactionBytesMax);
  if (!decoded.ok) return fail(at, `the transaction: ${decoded.message}`);
  const transaction = decoded.value;
  if (header.transactionCount !== 1 || bodyRoot(suite, [transaction]) !== header.bodyRoot)
    fail(at, "the transaction is not the block's only one");
  if (!verifyCommitProof(set, id, header, end.commit))
    fail(at, "the commit proof is not a quorum's over the block");
  const read = isConfiguration(transaction) ? readConfiguration(transaction.payload) : undefined;
  if (read?.ok !== true) return fail(at, "the transaction changes no configuration");
  const base = { blockId: id, height: header.height, timestampMs: header.timestampMs };
  const next = nextEpoch(epoch, read.change, base);
  if (next === undefined) return fail(at, "the change leads to no next epoch");
  return { epoch: next, set: validatorSet({ suite, ...next }) };
};

/** An end's own bytes: these very ones, after the same ends before them, need no second verification. */
const keyOf = ({ header, commit, transaction }: ReadEnd): string =>
  [header.bytes, writeCommitProof(new Writer(), commit).finish(), transaction].map(toBase64).join();

/**
 * The trust that a proof's end certificates lead to from the genesis (lft.md rule 14), each judged by the validators of
 * the epoch that it ends. It knows these epochs and no others, so that what a proof shows depends on nothing but the
 * genesis and itself; that the very same ends were verified before only saves the work.
 */
export const followEnds = (trust: Trust, ends: readonly ReadEnd[]): Trust => {
  const known = [firstKnown(trust)];
  let way = "";
  ends.forEach((end, index) => {
    const at = known[index] as KnownEpoch;
    way += `${keyOf(end)};`;
    known.push(trust.remember(at.epoch.epoch + 1, way, () => epochAfter(trust, at, end, index)));
  });
  return { ...trust, epochOf: (epoch) => known[epoch - FIRST_EPOCH] };
};
