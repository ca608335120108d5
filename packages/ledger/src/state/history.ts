import type { Bytes } from "@dure/crypto";
import { type Decoded, decode, Writer } from "@dure/types";
import type { Version } from "./entry.ts";
import { byteKey, type Changes, type KeyValue } from "./key-value.ts";

/** What a transaction wrote to a key; `value` is undefined where it removed it. */
export type HistoryEntry = { readonly version: Version; readonly value: Bytes | undefined };

/**
 * Every write of a key stands under `v`, the key's length and the key, and its version counted down from the greatest:
 * so the newest comes first.
 */
export const HISTORY_PREFIX = "v";
const HEIGHT_MAX = Number.MAX_SAFE_INTEGER;
const INDEX_MAX = 0xffffffff;
const VERSION_BYTES = 12;

const prefixOf = (key: Bytes): string => byteKey(HISTORY_PREFIX, new Writer().bytes(key).finish());

const versionBytes = ({ height, index }: Version): Bytes =>
  new Writer()
    .u64(HEIGHT_MAX - height)
    .u32(INDEX_MAX - index)
    .finish();

/** The version in the name of a history record. */
export const versionIn = (name: string): Version => {
  const bytes = Buffer.from(name.slice(-VERSION_BYTES), "latin1");
  return {
    height: HEIGHT_MAX - Number(bytes.readBigUInt64BE(0)),
    index: INDEX_MAX - bytes.readUInt32BE(8),
  };
};

/** Bytes of a history record: whether there is a value, and the value. */
export const encodeWritten = (value: Bytes | undefined): Bytes =>
  value === undefined ? Uint8Array.of(0) : new Writer().u8(1).fixed(value, value.length).finish();

/** Reads a history record strictly. */
export const decodeWritten = (bytes: Bytes): Decoded<{ readonly value: Bytes | undefined }> =>
  decode(bytes, (reader) =>
    reader.flag() ? { value: reader.fixed(reader.remaining) } : { value: undefined },
  );

/** Adds a write to a batch. A transaction that writes a key more than once wrote its last. */
export const noteWrite = (changes: Changes, key: Bytes, version: Version, value: Bytes | undefined): void => {
  changes.set(byteKey(prefixOf(key), versionBytes(version)), encodeWritten(value));
};

/** Up to `limit` writes of a key, the newest first, from the one before a version on. Rejects with LedgerError `DAMAGED`. */
export const readHistory = async (
  keyValue: Pick<KeyValue, "range" | "condemn">,
  key: Bytes,
  before: Version | undefined,
  limit: number,
): Promise<readonly HistoryEntry[]> => {
  const prefix = prefixOf(key);
  const after = before === undefined ? "" : byteKey(prefix, versionBytes(before));
  const found = await keyValue.range(prefix, after, limit);
  return found.map(([name, bytes]) => {
    const written = decodeWritten(bytes);
    if (!written.ok) throw keyValue.condemn(written.message);
    return { version: versionIn(name), value: written.value.value };
  });
};
