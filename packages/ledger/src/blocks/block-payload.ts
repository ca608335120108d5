import type { Bytes, CryptoSuite } from "@dure/crypto";
import {
  type Block,
  blockId,
  type Decoded,
  decode,
  decodeBlock,
  decodeHeader,
  encodeBlockParts,
  type Hash,
  type Header,
  Writer,
} from "@dure/types";
import { UNBOUNDED } from "../journal/entry.ts";
import type { JournalMark } from "../journal/journal.ts";

/** A block of the log, read. */
export type LogBlock = {
  readonly block: Block;
  readonly blockId: Hash;
  readonly header: Header;
  /** How far this node's journal was durable when the block was appended; sequence 0 where there was none. */
  readonly mark: JournalMark;
};

export const NO_MARK: JournalMark = { id: new Uint8Array(16), sequence: 0 };

/** The payload of a block's frame: the journal's id (16 bytes) and sequence, then the block's canonical bytes; in parts that follow one another. */
export const encodeBlockPayload = (block: Block, mark: JournalMark): readonly Bytes[] => [
  new Writer().fixed(mark.id, 16).u64(mark.sequence).finish(),
  ...encodeBlockParts(block),
];

/** Reads the payload of a block's frame strictly. */
export const decodeBlockPayload = (suite: CryptoSuite, payload: Bytes): Decoded<LogBlock> =>
  decode(payload, (reader) => {
    const mark = { id: reader.fixed(16), sequence: reader.u64() };
    const block = decodeBlock(reader.fixed(reader.remaining), UNBOUNDED);
    if (!block.ok) return reader.fail(block.message);
    const header = decodeHeader(block.value.headerBytes);
    if (!header.ok) return reader.fail(header.message);
    const { headerBytes } = block.value;
    return { block: block.value, blockId: blockId(suite, headerBytes), header: header.value, mark };
  });
