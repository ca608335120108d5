import type { Bytes } from "@dure/crypto";
import { Writer } from "@dure/types";
import type { Version } from "./entry.ts";
import { decodeHeld } from "./held.ts";
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

/** The length of a key as text of four bytes, and the key. */
const prefixOf = (keyText: string): string =>
  HISTORY_PREFIX + String.fromCharCode(0, 0, keyText.length >> 8, keyText.length & 0xff) + keyText;

/** A version as text of twelve bytes: the same for all that a transaction wrote. */
export const versionText = ({ height, index }: Version): string =>
  byteKey(
    "",
    new Writer()
      .u64(HEIGHT_MAX - height)
      .u32(INDEX_MAX - index)
      .finish(),
  );

/** The version in the name of a history record. */
export const versionIn = (name: string): Version => {
  const bytes = Buffer.from(name.slice(-VERSION_BYTES), "latin1");
  return {
    height: HEIGHT_MAX - Number(bytes.readBigUInt64BE(0)),
    index: INDEX_MAX - bytes.readUInt32BE(8),
  };
};

/** The record of a write that removed its key. */
const REMOVED: Bytes = new Uint8Array(0);

/**
 * Adds a write to a batch, of a key and a version as text (`byteKey`, `versionText`). `record` is what stands under the
 * key from then on (`encodeHeld`); undefined if it was removed. A transaction that writes a key more than once wrote its
 * last.
 */
export const noteWrite = (
  changes: Changes,
  keyText: string,
  version: string,
  record: Bytes | undefined,
): void => {
  changes.set(prefixOf(keyText) + version, record ?? REMOVED);
};

/** Up to `limit` writes of a key, the newest first, from the one before a version on. Rejects with LedgerError `DAMAGED`. */
export const readHistory = async (
  keyValue: Pick<KeyValue, "range" | "condemn">,
  key: Bytes,
  before: Version | undefined,
  limit: number,
): Promise<readonly HistoryEntry[]> => {
  const prefix = prefixOf(byteKey("", key));
  const after = before === undefined ? "" : prefix + versionText(before);
  const found = await keyValue.range(prefix, after, limit);
  return found.map(([name, bytes]) => {
    if (bytes.length === 0) return { version: versionIn(name), value: undefined };
    const held = decodeHeld(bytes);
    if (!held.ok) throw keyValue.condemn(held.message);
    return held.value;
  });
};
