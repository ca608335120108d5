import type { Bytes, CryptoSuite } from "./suite.ts";

/** A domain tag as it stands before the bytes: one byte of length, then the tag in ASCII. */
export type DomainTag = Bytes & { readonly __brand: "DomainTag" };

/** The domain tag of a text of 1 to 255 ASCII characters, such as `dure/transaction`. Throws RangeError on others. */
export const domainTag = (text: string): DomainTag => {
  // A longer tag would wrap its length, and another character would lose its high bits: two tags could then be one.
  if (!/^[\x21-\x7e]{1,255}$/.test(text))
    throw new RangeError("a domain tag is 1 to 255 visible ASCII characters");
  const prefix = new Uint8Array(text.length + 1);
  prefix[0] = text.length;
  for (let i = 0; i < text.length; i++) prefix[i + 1] = text.charCodeAt(i);
  return prefix as DomainTag;
};

/**
 * What is hashed or signed: the tag and the bytes. The tag carries its own length, so that no statement under one tag
 * is ever a statement under another (specs/encoding.md).
 */
export const statement = (tag: DomainTag, bytes: Bytes): Bytes => {
  const out = new Uint8Array(tag.length + bytes.length);
  out.set(tag);
  out.set(bytes, tag.length);
  return out;
};

/** SHA-256 of a statement, 32 bytes: the only way in which dure hashes, this or `taggedHashHex`. The parts follow one another. */
export const taggedHash = (suite: CryptoSuite, tag: DomainTag, ...parts: readonly Bytes[]): Bytes =>
  suite.hash(tag, ...parts);

/** SHA-256 of a statement as 64 lower-case hexadecimal digits. */
export const taggedHashHex = (suite: CryptoSuite, tag: DomainTag, ...parts: readonly Bytes[]): string =>
  suite.hashHex(tag, ...parts);
