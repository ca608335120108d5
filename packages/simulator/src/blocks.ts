import type { CryptoSuite } from "@dure/crypto";
import { blockId, decodeHeader, type Hash, type Header } from "@dure/types";

/** The epoch that a header names; undefined of one that does not read. */
export const epochOfHeader = (headerBytes: Uint8Array): number | undefined => {
  const header = decodeHeader(headerBytes);
  return header.ok ? header.value.epoch : undefined;
};

/** Every block that was ever proposed in a run. */
export class Blocks {
  readonly #headers = new Map<Hash, Header>();
  readonly #suite: CryptoSuite;

  constructor(suite: CryptoSuite) {
    this.#suite = suite;
  }

  /** Remembers the block of a proposal; undefined if its header does not read. */
  add(headerBytes: Uint8Array): Hash | undefined {
    const header = decodeHeader(headerBytes);
    if (!header.ok) return undefined;
    const id = blockId(this.#suite, headerBytes);
    this.#headers.set(id, header.value);
    return id;
  }

  header(id: Hash): Header | undefined {
    return this.#headers.get(id);
  }

  /** The ancestor of a block at a height, itself included; undefined if it has none. */
  ancestorAt(id: Hash, height: number): Hash | undefined {
    for (let at = id; ; ) {
      const header = this.#headers.get(at);
      if (header === undefined || header.height < height) return undefined;
      if (header.height === height) return at;
      at = header.parentId;
    }
  }
}
