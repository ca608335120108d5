import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import {
  blockId,
  type CommitProof,
  type Decoded,
  decode,
  decodeHeader,
  type Hash,
  type Header,
  hashBytes,
  type Reader,
  readCommitProof,
  Writer,
  writeCommitProof,
} from "@dure/types";
import type { Disk } from "../disk/disk.ts";
import { encodeFrame, fileSeed, readFrame } from "../disk/frame.ts";
import { LedgerError, systemCode } from "../error.ts";
import type { EpochEnd } from "../proof/encode.ts";

/**
 * The committed block above which the log begins, instead of the genesis: blocks up to it were pruned, or never here.
 * Its header carries an execution certificate, so that what the chain has certified is known from it alone.
 */
export type LogBase = {
  readonly header: Bytes;
  readonly commit: CommitProof;
  /** The ends of all epochs up to it, its own included if it ends one. */
  readonly ends: readonly EpochEnd[];
};

/** A base, read. */
export type ReadBase = LogBase & { readonly blockId: Hash; readonly read: Header };

const FILE = "base";
const BASE_KIND = 3;
const PART_BYTES_MAX = 0xffffffff;

/** Writes the ends of epochs: their number, and each one's header, commit proof and transaction. */
export const writeEnds = (writer: Writer, ends: readonly EpochEnd[]): Writer => {
  writer.u16(ends.length);
  for (const { header, commit, transaction } of ends)
    writeCommitProof(writer.bytes(header), commit).bytes(transaction);
  return writer;
};

/** Reads the ends of epochs; what they say is not judged. */
export const readEnds = (reader: Reader): readonly EpochEnd[] =>
  Array.from({ length: reader.count16(8) }, () => ({
    header: reader.bytes(PART_BYTES_MAX),
    commit: readCommitProof(reader),
    transaction: reader.bytes(PART_BYTES_MAX),
  }));

/** Payload of a base's frame: header, commit proof, ends. */
export const encodeBase = ({ header, commit, ends }: LogBase): Bytes =>
  writeEnds(writeCommitProof(new Writer().bytes(header), commit), ends).finish();

/** Reads the payload of a base's frame strictly. */
export const decodeBase = (suite: CryptoSuite, bytes: Bytes): Decoded<ReadBase> =>
  decode(bytes, (reader) => {
    const header = reader.bytes(PART_BYTES_MAX);
    const read = decodeHeader(header);
    if (!read.ok) return reader.fail(read.message);
    if (read.value.execution === undefined) return reader.fail("the header carries no execution certificate");
    const commit = readCommitProof(reader);
    return { header, commit, ends: readEnds(reader), blockId: blockId(suite, header), read: read.value };
  });

const seedOf = (channelId: Hash): Bytes => fileSeed("base", hashBytes(channelId));

/** The base in a log's directory; undefined if there is none, or it cannot be read: then all below counts as damaged. */
export const readBase = async (
  directory: string,
  suite: CryptoSuite,
  channelId: Hash,
): Promise<ReadBase | undefined> => {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(directory, FILE));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw new LedgerError("DAMAGED", `cannot read ${join(directory, FILE)}: check the disk`, error);
  }
  const frame = readFrame(seedOf(channelId), bytes, 0);
  if (frame.state !== "whole" || frame.frame.kind !== BASE_KIND) return undefined;
  const decoded = decodeBase(suite, frame.frame.payload);
  return decoded.ok && decoded.value.read.height === frame.frame.sequence ? decoded.value : undefined;
};

/** Puts a base into a log's directory, in the place of another or of none; durable when it resolves. */
export const writeBase = async (
  directory: string,
  channelId: Hash,
  base: LogBase,
  height: number,
  disk: Disk,
): Promise<void> => {
  const { parts } = encodeFrame(seedOf(channelId), BASE_KIND, height, encodeBase(base));
  await disk.replace(join(directory, FILE), parts);
};
