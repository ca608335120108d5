/** Valid proofs of every kind and form over one chain, and what they show: what the tests of proofs share. */
import assert from "node:assert/strict";
import { decodeReceipt, encodeText, type Receipt } from "@dure/types";
import { verifyStateProof } from "../state/proof.ts";
import type { ProofDocument } from "./document.ts";
import { encodeBlockDocument, encodeStateDocument, encodeTransactionDocument } from "./encode.ts";
import type { ProofVerdict } from "./facts.ts";
import {
  attestBy,
  type Block,
  chainOf,
  commitBy,
  commitByChild,
  foundNetwork,
  handOver,
  type Network,
  resultParts,
  runChain,
  suite,
  transactionParts,
} from "./network.fixture.test.ts";

/** Transactions per block: one alone, many, none, an odd number, a full tree, and one block to be another's child. */
const COUNTS = [1, 21, 0, 5, 4, 1];

/** A proof that holds, by what is particular about it. */
export type NamedProof = { readonly name: string; readonly document: ProofDocument };

export type World = {
  readonly network: Network;
  readonly blocks: readonly Block[];
  readonly proofs: readonly NamedProof[];
};

/** A channel, its blocks and valid proofs of them. The keys of its validators follow from `keys`. */
export const makeWorld = (keys: number, name = "test"): World => {
  const network = foundNetwork(keys, 4, name);
  const { channelId } = network;
  const blocks = runChain(network, COUNTS);
  const at = (height: number): Block => blocks[height - 1] ?? assert.fail(`no block ${height}`);
  const single = (height: number) => chainOf([at(height)], commitBy(network, at(height)));
  const twoChain = (height: number) =>
    chainOf([at(height)], commitByChild(network, at(height), at(height + 1)));
  const several = (from: number, to: number) =>
    chainOf(blocks.slice(from - 1, to), commitBy(network, at(to), [0, 1, 2, 3]));
  const transaction = (height: number, index: number, chain: ReturnType<typeof single>, isExecuted = true) =>
    encodeTransactionDocument(
      { channelId, ends: [] },
      transactionParts(at(height), index, chain),
      isExecuted ? resultParts(network, at(height), index) : undefined,
    );
  const dataOf = (height: number, isExecuted = true) => ({
    transactions: at(height).transactions.map(({ bytes }) => bytes),
    receipts: isExecuted
      ? { receipts: at(height).receipts, execution: attestBy(network, at(height).execution) }
      : undefined,
  });
  const state = (height: number, key: string) =>
    encodeStateDocument(
      { channelId, ends: [] },
      encodeText(key),
      at(height).prove(encodeText(key)),
      attestBy(network, at(height).execution),
    );
  const handover = handOver(network, keys + 50, at(blocks.length));
  const proofs: NamedProof[] = [
    {
      name: "the only transaction of a block, by its commit certificate",
      document: transaction(1, 0, single(1)),
    },
    { name: "a transaction of many, by two consecutive QCs", document: transaction(2, 20, twoChain(2)) },
    { name: "a transaction committed by a descendant", document: transaction(2, 7, several(2, 4)) },
    { name: "a transaction that is final alone", document: transaction(4, 3, single(4), false) },
    {
      name: "a header, by its commit certificate",
      document: encodeBlockDocument({ channelId, ends: [] }, 2, single(2), undefined),
    },
    {
      name: "a header committed by a descendant",
      document: encodeBlockDocument({ channelId, ends: [] }, 1, several(1, 4), undefined),
    },
    {
      name: "a whole block with its results",
      document: encodeBlockDocument({ channelId, ends: [] }, 5, twoChain(5), dataOf(5)),
    },
    {
      name: "a whole block that is final alone",
      document: encodeBlockDocument({ channelId, ends: [] }, 4, single(4), dataOf(4, false)),
    },
    {
      name: "an empty block with its results",
      document: encodeBlockDocument({ channelId, ends: [] }, 3, twoChain(3), dataOf(3)),
    },
    { name: "a key and its value", document: state(5, "key 2/13") },
    { name: "a key that holds nothing", document: state(5, "key 9/9") },
    { name: "a key in a state of one bucket", document: state(1, "key 1/0") },
    { name: "a key that is not there yet", document: state(1, "key 2/13") },
    {
      name: "a header of the second epoch",
      document: encodeBlockDocument(
        { channelId, ends: [handover.end] },
        handover.first.header.height,
        chainOf([handover.first], commitBy(handover.next, handover.first)),
        undefined,
      ),
    },
    {
      name: "a key in a state that the second epoch attests",
      document: encodeStateDocument(
        { channelId, ends: [handover.end] },
        encodeText("key 1/0"),
        at(1).prove(encodeText("key 1/0")),
        attestBy(handover.next, { ...at(1).execution, epoch: 2 }),
      ),
    },
  ];
  return { network, blocks: [...blocks, handover.last, handover.first], proofs };
};

const receiptAt = (block: Block, index: number): Receipt => {
  const decoded = decodeReceipt(block.receipts[index] ?? assert.fail(`no receipt ${index}`));
  return decoded.ok ? decoded.value : assert.fail(decoded.message);
};

/** Asserts that everything which a verdict states is so in this chain. */
export const assertTrue = (blocks: readonly Block[], verdict: Extract<ProofVerdict, { ok: true }>): void => {
  const height = verdict.kind === "block" ? verdict.header.height : verdict.height;
  const block = blocks[height - 1] ?? assert.fail(`no block ${height}`);
  switch (verdict.kind) {
    case "transaction": {
      const transaction = block.transactions[verdict.index];
      assert.deepEqual(verdict.transaction, transaction);
      assert.equal(verdict.id, transaction?.id);
      assert.equal(verdict.blockId, block.id);
      assert.equal(verdict.timestampMs, block.header.timestampMs);
      if (verdict.receipt !== undefined) assert.deepEqual(verdict.receipt, receiptAt(block, verdict.index));
      return;
    }
    case "block":
      assert.equal(verdict.id, block.id);
      assert.deepEqual(verdict.header, block.header);
      if (verdict.transactions !== undefined) assert.deepEqual(verdict.transactions, block.transactions);
      assert.equal(verdict.receipts === undefined, verdict.execution === undefined);
      if (verdict.receipts === undefined) return;
      assert.deepEqual(
        verdict.receipts,
        block.receipts.map((_, index) => receiptAt(block, index)),
      );
      assert.deepEqual(verdict.execution, block.execution);
      return;
    case "state": {
      const { key, value, version, stateRoot } = verdict;
      assert.equal(stateRoot, block.execution.stateRoot);
      const bytes = block.prove(key);
      const shown = verifyStateProof(suite, stateRoot, key, bytes);
      assert.deepEqual(shown, value === undefined ? { kind: "absent" } : { kind: "present", value, version });
    }
  }
};
