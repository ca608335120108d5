import { type BlockFacts, type ProofDocument, proposerOf } from "@dure/ledger/proof";
import type { Hash, Receipt, Transaction } from "@dure/types";
import { type AskOptions, ask, pathOf, withAnyPeer } from "./any-peer.ts";
import type { Client, Peer } from "./client.ts";
import { ClientError } from "./error.ts";
import { lied, saw, verified } from "./verified.ts";

/** A block without its data. */
export type BlockSummary = {
  readonly id: Hash;
  readonly height: number;
  readonly view: number;
  readonly epoch: number;
  readonly parentId: Hash;
  readonly timestampMs: number;
  /** The peer that proposed it. */
  readonly proposer: string;
  readonly bodyRoot: Hash;
  readonly transactionCount: number;
  /** The greatest height whose execution this block certifies. */
  readonly executionHeight: number;
};

/** A committed block, verified from the genesis, with all of its transactions. */
export type BlockAnswer = BlockSummary & {
  readonly transactions: readonly Transaction[];
  /** One per transaction; undefined where it was not executed yet. */
  readonly receipts: readonly Receipt[] | undefined;
  readonly proof: ProofDocument;
};

/** A verified header as applications read it. */
export const summaryOf = (
  client: Client,
  { id, header }: Pick<BlockFacts, "id" | "header">,
): BlockSummary => ({
  id,
  height: header.height,
  view: header.view,
  epoch: header.epoch,
  parentId: header.parentId,
  timestampMs: header.timestampMs,
  proposer: proposerOf(client.trust, header) ?? "",
  bodyRoot: header.bodyRoot,
  transactionCount: header.transactionCount,
  executionHeight: header.execution?.height ?? 0,
});

/** A block's proof with all its data, verified, from one peer. */
export const blockFrom = async (
  client: Client,
  peer: Peer,
  which: string | number,
  options: AskOptions,
): Promise<{ readonly facts: BlockFacts; readonly proof: ProofDocument }> => {
  const answer = await ask(client, peer, pathOf(client, `/blocks/${which}`, { full: true }), options);
  const facts = verified(client, peer, "block", answer["proof"]);
  if (facts.transactions === undefined)
    throw lied(peer, "it proved a header where a whole block was asked for");
  if (typeof which === "number" ? facts.header.height !== which : which !== "last" && facts.id !== which)
    throw lied(peer, "it proved another block");
  if (facts.receipts !== undefined) saw(client, facts.header.height);
  return { facts, proof: answer["proof"] as ProofDocument };
};

/**
 * A block by height, hash or `last`, verified from the genesis: nothing in it is changed or left out. Throws ClientError
 * `BLOCK_UNKNOWN` where no peer holds it. `last` is the last one that the peer asked has.
 *
 * @example
 * const block = await getBlock(client, "last");
 * console.log(block.height, block.proposer, block.transactions.length);
 */
export const getBlock = (
  client: Client,
  which: number | string,
  options: AskOptions = {},
): Promise<BlockAnswer> => {
  const isName =
    typeof which === "number"
      ? Number.isSafeInteger(which) && which >= 1
      : /^(last|[0-9a-f]{64})$/.test(which);
  if (!isName) throw new ClientError("INPUT_INVALID", "a block is named by its height, its hash or 'last'");
  return withAnyPeer(client, async (peer) => {
    const { facts, proof } = await blockFrom(client, peer, which, options);
    return {
      ...summaryOf(client, facts),
      transactions: facts.transactions ?? [],
      receipts: facts.receipts,
      proof,
    };
  });
};
