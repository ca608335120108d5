import { createHash } from "node:crypto";
import type { Bytes } from "@dure/crypto";
import {
  type Block,
  type BlockLimits,
  type Decoded,
  decode,
  decodeBlock,
  encodeBlockParts,
  type Hash,
  readHash,
  toHash,
  Writer,
  writeHash,
} from "@dure/types";

/**
 * What one append to the journal says: the consensus record, the blocks that come with it, and which of the blocks
 * written before are still held. So the newest entry alone decides what a restart finds, and a release is durable
 * with the append that follows it.
 */
export type JournalEntry = {
  readonly record: Bytes;
  readonly blocks: readonly Block[];
  /** `blockKey` of blocks of earlier entries. */
  readonly held: readonly Hash[];
};

const BYTES_MAX = 0xffffffff;

/** The files of a node hold only what it checked before: their frames bound them, and no other limit need be known. */
export const UNBOUNDED: BlockLimits = {
  headerBytesMax: BYTES_MAX,
  bodyBytesMax: BYTES_MAX,
  batchBytesMax: BYTES_MAX,
};

/** Names a block within the journal: SHA-256 of its header's bytes. Not its id, which has a domain tag. */
export const blockKey = (block: Block): Hash =>
  toHash(createHash("sha256").update(block.headerBytes).digest());

const writeEntry = (entry: JournalEntry): Writer => {
  const writer = new Writer().bytes(entry.record).u16(entry.blocks.length);
  for (const block of entry.blocks) writer.bytesOf(encodeBlockParts(block));
  writer.u16(entry.held.length);
  for (const key of entry.held) writeHash(writer, key);
  return writer;
};

/** Canonical bytes of an entry, in parts that follow one another. */
export const encodeEntry = (entry: JournalEntry): readonly Bytes[] => writeEntry(entry).parts();

/** Reads an entry strictly. */
export const decodeEntry = (bytes: Bytes): Decoded<JournalEntry> =>
  decode(bytes, (reader) => {
    const record = new Uint8Array(reader.bytes(BYTES_MAX));
    const blocks: Block[] = [];
    for (let left = reader.count16(4); left > 0; left--) {
      const block = decodeBlock(reader.bytes(BYTES_MAX), UNBOUNDED);
      if (!block.ok) return reader.fail(block.message);
      blocks.push(block.value);
    }
    const held: Hash[] = [];
    for (let left = reader.count16(32); left > 0; left--) held.push(readHash(reader));
    return { record, blocks, held };
  });
