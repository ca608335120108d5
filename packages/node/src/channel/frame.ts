import type { Bytes } from "@dure/crypto";
import { type Decoded, decode, type Hash, type Reader, readHash, Writer, writeHash } from "@dure/types";

/** What peers of a channel say to one another (specs/peer-protocol.md). */
export type Frame =
  /** A message of the consensus engine, with batches that its receivers may lack. */
  | { readonly type: "consensus"; readonly message: Bytes; readonly batches: readonly Bytes[] }
  | { readonly type: "batches"; readonly batches: readonly Bytes[] }
  /** The sender holds these batches: nobody need send them to it (lft.md rule 10). */
  | { readonly type: "held"; readonly digests: readonly Hash[] }
  | { readonly type: "getBatches"; readonly digests: readonly Hash[] }
  | { readonly type: "getBlock"; readonly blockId: Hash }
  | { readonly type: "block"; readonly block: Bytes }
  /** Committed blocks from a height on, as many as fit, up to one that carries a proof. */
  | { readonly type: "getBlocks"; readonly fromHeight: number }
  | { readonly type: "blocks"; readonly fromHeight: number; readonly blocks: readonly Bytes[] }
  /** The execution certificate of a height that the sender was away for. */
  | { readonly type: "getExecution"; readonly height: number }
  | { readonly type: "execution"; readonly certificate: Bytes }
  /** What the sender asked for is below the height above which this peer's log begins. */
  | { readonly type: "pruned"; readonly fromHeight: number; readonly baseHeight: number }
  /** The newest snapshot that a peer can begin with; no bytes where there is none yet. */
  | { readonly type: "getCheckpoint" }
  | { readonly type: "checkpoint"; readonly checkpoint: Bytes }
  /** What stands in a subtree of a snapshot's state; no bytes where that is not held any more. */
  | { readonly type: "getState"; readonly height: number; readonly path: string }
  | { readonly type: "state"; readonly height: number; readonly path: string; readonly answer: Bytes };

const VERSION = 1;
const TYPE = {
  consensus: 1,
  batches: 2,
  held: 3,
  getBatches: 4,
  getBlock: 5,
  block: 6,
  getBlocks: 7,
  blocks: 8,
  getExecution: 9,
  execution: 10,
  pruned: 11,
  getCheckpoint: 12,
  checkpoint: 13,
  getState: 14,
  state: 15,
} as const;
/** The transport bounds whole frames; parts need no bound of their own below it. */
const PART_BYTES_MAX = 0xffffffff;
const DIGESTS_MAX = 4096;

const writeList = (writer: Writer, parts: readonly Bytes[]): Writer => {
  writer.u16(parts.length);
  for (const part of parts) writer.bytes(part);
  return writer;
};

const readList = (reader: Reader): Bytes[] => {
  const parts: Bytes[] = [];
  for (let left = reader.count16(4); left > 0; left--) parts.push(reader.bytes(PART_BYTES_MAX));
  return parts;
};

const writeDigests = (writer: Writer, digests: readonly Hash[]): Writer => {
  writer.u16(digests.length);
  for (const digest of digests) writeHash(writer, digest);
  return writer;
};

const readDigests = (reader: Reader): Hash[] => {
  const count = reader.count16(32);
  if (count > DIGESTS_MAX) reader.fail(`${count} digests are above ${DIGESTS_MAX}`);
  return Array.from({ length: count }, () => readHash(reader));
};

const writeFrame = (writer: Writer, frame: Frame): Writer => {
  switch (frame.type) {
    case "consensus":
      return writeList(writer.bytes(frame.message), frame.batches);
    case "batches":
      return writeList(writer, frame.batches);
    case "held":
    case "getBatches":
      return writeDigests(writer, frame.digests);
    case "getBlock":
      return writeHash(writer, frame.blockId);
    case "block":
      return writer.bytes(frame.block);
    case "getBlocks":
      return writer.u64(frame.fromHeight);
    case "blocks":
      return writeList(writer.u64(frame.fromHeight), frame.blocks);
    case "getExecution":
      return writer.u64(frame.height);
    case "execution":
      return writer.bytes(frame.certificate);
    case "pruned":
      return writer.u64(frame.fromHeight).u64(frame.baseHeight);
    case "getCheckpoint":
      return writer;
    case "checkpoint":
      return writer.bytes(frame.checkpoint);
    case "getState":
      return writer.u64(frame.height).text(frame.path);
    case "state":
      return writer.u64(frame.height).text(frame.path).bytes(frame.answer);
  }
};

/** Canonical bytes of a frame. */
export const encodeFrame = (frame: Frame): Bytes =>
  writeFrame(new Writer().u8(VERSION).u8(TYPE[frame.type]), frame).finish();

/** A path in the state tree: hex digits of a key hash. */
const readPath = (reader: Reader): string => {
  const path = reader.text();
  if (!/^[0-9a-f]{0,64}$/.test(path)) reader.fail("a path is malformed");
  return path;
};

const readFrame = (reader: Reader): Frame => {
  reader.expect(VERSION, "the frame's version");
  const type = reader.u8();
  switch (type) {
    case TYPE.consensus:
      return { type: "consensus", message: reader.bytes(PART_BYTES_MAX), batches: readList(reader) };
    case TYPE.batches:
      return { type: "batches", batches: readList(reader) };
    case TYPE.held:
      return { type: "held", digests: readDigests(reader) };
    case TYPE.getBatches:
      return { type: "getBatches", digests: readDigests(reader) };
    case TYPE.getBlock:
      return { type: "getBlock", blockId: readHash(reader) };
    case TYPE.block:
      return { type: "block", block: reader.bytes(PART_BYTES_MAX) };
    case TYPE.getBlocks:
      return { type: "getBlocks", fromHeight: reader.u64() };
    case TYPE.blocks:
      return { type: "blocks", fromHeight: reader.u64(), blocks: readList(reader) };
    case TYPE.getExecution:
      return { type: "getExecution", height: reader.u64() };
    case TYPE.execution:
      return { type: "execution", certificate: reader.bytes(PART_BYTES_MAX) };
    case TYPE.pruned:
      return { type: "pruned", fromHeight: reader.u64(), baseHeight: reader.u64() };
    case TYPE.getCheckpoint:
      return { type: "getCheckpoint" };
    case TYPE.checkpoint:
      return { type: "checkpoint", checkpoint: reader.bytes(PART_BYTES_MAX) };
    case TYPE.getState:
      return { type: "getState", height: reader.u64(), path: readPath(reader) };
    case TYPE.state:
      return {
        type: "state",
        height: reader.u64(),
        path: readPath(reader),
        answer: reader.bytes(PART_BYTES_MAX),
      };
    default:
      return reader.fail(`no frame type ${type}`);
  }
};

/** Reads a frame strictly; what it carries is read by its own decoders. */
export const decodeFrame = (bytes: Bytes): Decoded<Frame> => decode(bytes, readFrame);
