import { strict as assert } from "node:assert";
import type { CryptoSuite } from "@dure/crypto";
import { type Block, blockId, type CommitProof, decodeHeader, type Hash, type Header } from "@dure/types";
import type { JournalMark } from "../journal/journal.ts";
import type { LogBlock } from "./block-payload.ts";

/** The blocks read, each asserted to follow the one before it; the last with the proof given. */
export const linkedBlocks = (
  suite: CryptoSuite,
  channelId: Hash,
  head: { readonly height: number; readonly blockId: Hash } | undefined,
  blocks: readonly Block[],
  proof: CommitProof | undefined,
  mark: JournalMark,
): readonly LogBlock[] => {
  assert(blocks.length > 0, "an append holds a block");
  let parent: { readonly height: number; readonly blockId: Hash } | undefined = head;
  return blocks.map((given, i) => {
    const isLast = i === blocks.length - 1;
    const block = isLast && proof !== undefined ? { ...given, proof } : given;
    const decoded = decodeHeader(block.headerBytes);
    assert(decoded.ok, "the header of a committed block can be read");
    const header: Header = decoded.value;
    const id = blockId(suite, block.headerBytes);
    assert.equal(header.height, (parent?.height ?? 0) + 1, "blocks are appended height by height");
    assert.equal(header.channelId, channelId, "a block is appended to its own channel");
    if (parent !== undefined) assert.equal(header.parentId, parent.blockId, "a block follows its parent");
    parent = { height: header.height, blockId: id };
    return { block, blockId: id, header, mark };
  });
};
