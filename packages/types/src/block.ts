import type { Bytes } from "@dure/crypto";
import { type CommitProof, readCommitProof, writeCommitProof } from "./certificate.ts";
import { type Decoded, decode, type Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

const VERSION = 1;

/**
 * A block with its data, as the journal, the block log and sync carry it: everything as received. The proof stands on
 * the last block of each commit; an earlier one is committed by its descendant's, through the headers between.
 */
export type Block = {
  readonly headerBytes: Bytes;
  readonly bodyBytes: Bytes;
  /** The bytes of the body's batches, in the body's order. */
  readonly batches: readonly Bytes[];
  readonly proof: CommitProof | undefined;
};

/** Bounds of a block's parts in bytes. */
export type BlockLimits = {
  readonly headerBytesMax: number;
  readonly bodyBytesMax: number;
  readonly batchBytesMax: number;
};

const writeBlock = (block: Block): Writer => {
  const writer = new Writer()
    .u8(VERSION)
    .bytes(block.headerBytes)
    .bytes(block.bodyBytes)
    .u16(block.batches.length);
  for (const batch of block.batches) writer.bytes(batch);
  writer.flag(block.proof !== undefined);
  if (block.proof !== undefined) writeCommitProof(writer, block.proof);
  return writer;
};

/** Canonical bytes of a block with its data. */
export const encodeBlock = (block: Block): Bytes => writeBlock(block).finish();

/** The same in parts that follow one another, the batches as they are: for what is written and not kept. */
export const encodeBlockParts = (block: Block): readonly Bytes[] => writeBlock(block).parts();

const readBlock = (reader: Reader, limits: BlockLimits): Block => {
  reader.expect(VERSION, "the block's version");
  const headerBytes = reader.bytes(limits.headerBytesMax);
  const bodyBytes = reader.bytes(limits.bodyBytesMax);
  const batches: Bytes[] = [];
  for (let left = reader.count16(4); left > 0; left--) batches.push(reader.bytes(limits.batchBytesMax));
  return { headerBytes, bodyBytes, batches, proof: reader.flag() ? readCommitProof(reader) : undefined };
};

/** Reads a block strictly; its parts are read by their own decoders, and nothing is verified here. */
export const decodeBlock = (bytes: Bytes, limits: BlockLimits): Decoded<Block> =>
  decode(bytes, (reader) => readBlock(reader, limits));
