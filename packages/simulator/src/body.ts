import type { Bytes, CryptoSuite } from "@dure/crypto";
import { decode, type Hash, toHash, Writer } from "@dure/types";

/**
 * The model of a transaction is its number; a body lists numbers. The numbers are in every proposal, as batch digests
 * are in a real one; what they stand for must be held besides.
 */
export type TransactionId = number;

/** Numbers from here on change the configuration: each opens the epoch that it is above this by (lft.md rule 14). */
const CHANGES = 3_000_000_000;

/** The transaction that opens an epoch. */
export const changeTo = (epoch: number): TransactionId => CHANGES + epoch;

/** Whether a transaction changes the configuration. */
export const isChange = (id: TransactionId): boolean => id >= CHANGES;

/** A body's bytes. */
export const encodeIds = (ids: readonly TransactionId[]): Bytes => {
  const writer = new Writer().u16(ids.length);
  for (const id of ids) writer.u32(id);
  return writer.finish();
};

/** The numbers in a body's bytes, or undefined if they are none. */
export const decodeIds = (bytes: Bytes): readonly TransactionId[] | undefined => {
  const decoded = decode(bytes, (reader) => {
    const ids: TransactionId[] = [];
    for (let left = reader.count16(4); left > 0; left--) ids.push(reader.u32());
    return ids;
  });
  return decoded.ok ? decoded.value : undefined;
};

/** The body root of a header. */
export const rootOfBody = (suite: CryptoSuite, bodyBytes: Bytes): Hash => toHash(suite.hash(bodyBytes));
