// The metadata shim must be loaded before the first module that uses decorators, and so stands alone, first.
import "reflect-metadata";
import { AsnConvert } from "@peculiar/asn1-schema";

/** A class that asn1-schema knows how to read and write. */
type Schema<T> = new () => T;

const same = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);

/**
 * Reads DER, and nothing but DER: the value is written again and must give the same bytes. asn1-schema by itself takes
 * BER (other lengths, other booleans, trailing bytes), and then one certificate would have several encodings, hence
 * several hashes and several senders.
 *
 * @returns the value, or undefined for anything else. Never throws.
 */
export const readDer = <T>(schema: Schema<T>, der: Uint8Array): T | undefined => {
  try {
    const value = AsnConvert.parse(der, schema);
    return same(new Uint8Array(AsnConvert.serialize(value)), der) ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * Where the DER element at `offset` ends, or undefined if it does not end within the bytes. Finds the bytes that were
 * signed as they were received, without re-encoding them.
 */
export const derEnd = (bytes: Uint8Array, offset: number): number | undefined => {
  const first = bytes[offset + 1];
  if (first === undefined) return undefined;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (count > 2) return undefined;
  let length = count === 0 ? first : 0;
  for (let i = 0; i < count; i++) length = length * 256 + (bytes[offset + 2 + i] ?? Number.NaN);
  const end = offset + 2 + count + length;
  return end <= bytes.length ? end : undefined;
};

/** Where the content of the DER element at `offset` begins. */
export const derContent = (bytes: Uint8Array, offset: number): number => {
  const first = bytes[offset + 1] ?? 0;
  return offset + 2 + (first < 0x80 ? 0 : first & 0x7f);
};

export { same as sameBytes };
