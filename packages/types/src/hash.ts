import { type Bytes, type CryptoSuite, type DomainTag, HASH_BYTES, taggedHashHex } from "@dure/crypto";
import { equalBytes } from "./bytes.ts";
import { fromHex, toHex } from "./hex.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** A 32-byte hash as 64 lower-case hexadecimal digits: equal hashes are equal strings, so they serve as map keys. */
export type Hash = string & { readonly __brand: "Hash" };

/** The hash of 32 bytes. Throws RangeError on another length. */
export const toHash = (bytes: Bytes): Hash => {
  if (bytes.length !== HASH_BYTES) throw new RangeError(`a hash has 32 bytes, not ${bytes.length}`);
  return toHex(bytes) as Hash;
};

/** The hash of a statement: of bytes under a tag. */
export const hashOf = (suite: CryptoSuite, tag: DomainTag, ...parts: readonly Bytes[]): Hash =>
  taggedHashHex(suite, tag, ...parts) as Hash;

/** The hash that a text names, or undefined if it names none. */
export const parseHash = (text: string): Hash | undefined =>
  fromHex(text, HASH_BYTES) === undefined ? undefined : (text as Hash);

/** The 32 bytes of a hash. Throws RangeError on a text that is none, which the type alone cannot rule out. */
export const hashBytes = (hash: Hash): Bytes => {
  const bytes = fromHex(hash, HASH_BYTES);
  if (bytes === undefined) throw new RangeError("a hash is 64 lower-case hexadecimal digits");
  return bytes;
};

/** Sixty-four zeros: stands where there is no hash. */
export const ZERO_HASH = "0".repeat(64) as Hash;

export const writeHash = (writer: Writer, hash: Hash): Writer => writer.hex(hash, HASH_BYTES);

export const readHash = (reader: Reader): Hash => toHex(reader.fixed(HASH_BYTES)) as Hash;

/** Hashes that were read before, by their first two bytes: a channel's id stands in every transaction, a sender's in many. */
const REPEATED_MAX = 4096;
const repeated: ({ readonly bytes: Bytes; readonly hash: Hash } | undefined)[] = Array.from({
  length: REPEATED_MAX,
});

/** Reads a hash that was probably read before, and gives the very same text then: nothing new to keep, or to compare. */
export const readRepeatedHash = (reader: Reader): Hash => {
  const bytes = reader.fixed(HASH_BYTES);
  const at = (((bytes[0] as number) << 8) | (bytes[1] as number)) % REPEATED_MAX;
  const known = repeated[at];
  if (known !== undefined && equalBytes(known.bytes, bytes)) return known.hash;
  const hash = toHex(bytes) as Hash;
  repeated[at] = { bytes: bytes.slice(), hash };
  return hash;
};
