import { type Bytes, HASH_BYTES } from "@dure/crypto";
import { type Decoded, decode, type Reader, Writer } from "@dure/types";
import { LEAF_BYTES } from "../state/entry.ts";
import type { Held } from "../state/held.ts";
import { BUCKET_KEYS_MAX } from "../state/tree.ts";

/** An entry of the state: a raw key, and what stands under it. */
export type StateEntry = Held & { readonly key: Bytes };

/** A subtree of some keys below the one that was asked for: the hex digits that lead to it from there. */
export type Branch = { readonly suffix: string; readonly hash: Bytes };

/**
 * What stands in a subtree of the state (specs/snapshots.md): its branches where it is large, all its entries where it
 * is not, or the leaves of a bucket whose values are too large to travel together.
 */
export type SubtreeAnswer =
  | { readonly kind: "branches"; readonly branches: readonly Branch[] }
  | { readonly kind: "entries"; readonly entries: readonly StateEntry[] }
  | { readonly kind: "leaves"; readonly leaves: Bytes };

const VERSION = 1;
const KIND = { branches: 1, entries: 2, leaves: 3 } as const;

/** Levels that an answer spans at most: 256 branches. */
export const ANSWER_LEVELS = 2;
/** Keys that an answer holds at most. */
export const ANSWER_KEYS = 2_048;
const PART_BYTES_MAX = 0xffffffff;

/** Bytes of an answer. */
export const encodeAnswer = (answer: SubtreeAnswer): Bytes => {
  const writer = new Writer().u8(VERSION).u8(KIND[answer.kind]);
  switch (answer.kind) {
    case "branches":
      writer.u16(answer.branches.length);
      for (const { suffix, hash } of answer.branches) writer.text(suffix).fixed(hash, HASH_BYTES);
      break;
    case "entries":
      writer.u16(answer.entries.length);
      for (const { key, version, value } of answer.entries)
        writer.bytes(key).u64(version.height).u32(version.index).bytes(value);
      break;
    case "leaves":
      writer.u8(answer.leaves.length / LEAF_BYTES).fixed(answer.leaves, answer.leaves.length);
  }
  return writer.finish();
};

const readBranches = (reader: Reader): readonly Branch[] => {
  const branches: Branch[] = [];
  for (let left = reader.count16(HASH_BYTES + 2); left > 0; left--) {
    const suffix = reader.text();
    if (!/^[0-9a-f]+$/.test(suffix) || suffix.length > ANSWER_LEVELS)
      reader.fail("a branch's path is malformed");
    branches.push({ suffix, hash: reader.fixed(HASH_BYTES).slice() });
  }
  return branches;
};

const readEntries = (reader: Reader): readonly StateEntry[] => {
  const count = reader.count16(20);
  if (count > ANSWER_KEYS) reader.fail(`${count} entries are above ${ANSWER_KEYS}`);
  return Array.from({ length: count }, () => ({
    key: reader.bytes(PART_BYTES_MAX),
    version: { height: reader.u64(), index: reader.u32() },
    value: reader.bytes(PART_BYTES_MAX),
  }));
};

/** Reads an answer strictly by its form alone. */
export const decodeAnswer = (bytes: Bytes): Decoded<SubtreeAnswer> =>
  decode(bytes, (reader): SubtreeAnswer => {
    reader.expect(VERSION, "the answer's version");
    const kind = reader.u8();
    switch (kind) {
      case KIND.branches:
        return { kind: "branches", branches: readBranches(reader) };
      case KIND.entries:
        return { kind: "entries", entries: readEntries(reader) };
      case KIND.leaves: {
        const count = reader.u8();
        if (count < 1 || count > BUCKET_KEYS_MAX) reader.fail("a bucket is malformed");
        return { kind: "leaves", leaves: reader.fixed(count * LEAF_BYTES) };
      }
      default:
        return reader.fail(`no answer of kind ${kind}`);
    }
  });
