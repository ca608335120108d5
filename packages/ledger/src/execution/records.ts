import type { Bytes } from "@dure/crypto";
import {
  type Decoded,
  decode,
  type ExecutionCertificate,
  type Hash,
  readExecutionCertificate,
  readHash,
  Writer,
  writeExecutionCertificate,
  writeHash,
} from "@dure/types";

/** The roots that came of executing a height. */
export type Roots = { readonly stateRoot: Hash; readonly receiptsRoot: Hash };

/** Which height the derived data reflects, and of which chain. */
export type Reflected = {
  readonly channelId: Hash;
  readonly height: number;
  /** The id of the block at that height; of height 0 the channel id. */
  readonly blockId: Hash;
  /** The time of that block; 0 at height 0, whose time the genesis says. */
  readonly timestampMs: number;
  readonly roots: Roots;
};

/** Where a transaction stands. */
export type TransactionPlace = { readonly height: number; readonly index: number };

const FORMAT = 2;
const BYTES_MAX = 0xffffffff;

const writeRoots = (writer: Writer, roots: Roots): Writer =>
  writeHash(writeHash(writer, roots.stateRoot), roots.receiptsRoot);

export const encodeRoots = (roots: Roots): Bytes => writeRoots(new Writer(), roots).finish();

export const decodeRoots = (bytes: Bytes): Decoded<Roots> =>
  decode(bytes, (reader) => ({ stateRoot: readHash(reader), receiptsRoot: readHash(reader) }));

export const encodeReflected = ({ channelId, height, blockId, timestampMs, roots }: Reflected): Bytes =>
  writeRoots(
    writeHash(writeHash(new Writer().u8(FORMAT), channelId).u64(height), blockId).u64(timestampMs),
    roots,
  ).finish();

export const decodeReflected = (bytes: Bytes): Decoded<Reflected> =>
  decode(bytes, (reader) => {
    reader.expect(FORMAT, "the format of the derived data");
    const channelId = readHash(reader);
    const height = reader.u64();
    const blockId = readHash(reader);
    const timestampMs = reader.u64();
    return {
      channelId,
      height,
      blockId,
      timestampMs,
      roots: { stateRoot: readHash(reader), receiptsRoot: readHash(reader) },
    };
  });

/** A height's receipts, each as it was encoded: roots and paths come from these bytes. */
export const encodeReceipts = (receipts: readonly Bytes[]): Bytes => {
  const writer = new Writer().u32(receipts.length);
  for (const receipt of receipts) writer.bytes(receipt);
  return writer.finish();
};

export const decodeReceipts = (bytes: Bytes): Decoded<readonly Bytes[]> =>
  decode(bytes, (reader) => {
    const receipts: Bytes[] = [];
    for (let left = reader.count32(4); left > 0; left--) receipts.push(reader.bytes(BYTES_MAX));
    return receipts;
  });

export const encodePlace = ({ height, index }: TransactionPlace): Bytes =>
  new Writer().u64(height).u32(index).finish();

export const decodePlace = (bytes: Bytes): Decoded<TransactionPlace> =>
  decode(bytes, (reader) => ({ height: reader.u64(), index: reader.u32() }));

export const encodeCertificate = (certificate: ExecutionCertificate): Bytes =>
  writeExecutionCertificate(new Writer(), certificate).finish();

export const decodeCertificate = (bytes: Bytes): Decoded<ExecutionCertificate> =>
  decode(bytes, readExecutionCertificate);

export const encodeHeight = (height: number): Bytes => new Writer().u64(height).finish();

export const decodeHeight = (bytes: Bytes): Decoded<number> => decode(bytes, (reader) => reader.u64());
