import type { Bytes } from "@dure/crypto";
import type { Random } from "../random.ts";

/** Bytes that lengths, counts and flags are made of. */
const TELLING = [0x00, 0x01, 0x02, 0x7f, 0x80, 0xfe, 0xff];

type Mutation = (random: Random, bytes: Bytes, other: Bytes) => Bytes;

const joined = (...parts: readonly Bytes[]): Bytes => {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

const changed = (bytes: Bytes, at: number, value: number): Bytes => {
  const out = Uint8Array.from(bytes);
  out[at] = value;
  return out;
};

const cutAt = (random: Random, bytes: Bytes): readonly [number, number] => {
  const [a, b] = [random.below(bytes.length + 1), random.below(bytes.length + 1)];
  return [Math.min(a, b), Math.max(a, b)];
};

const MUTATIONS: readonly Mutation[] = [
  (random, bytes) => {
    const at = random.below(bytes.length);
    return changed(bytes, at, (bytes[at] ?? 0) ^ (1 << random.below(8)));
  },
  (random, bytes) => changed(bytes, random.below(bytes.length), random.pick(TELLING)),
  // A length or count of four bytes that says far more than there is.
  (random, bytes) => {
    const at = random.below(bytes.length);
    return joined(
      bytes.subarray(0, at),
      new Uint8Array(4).fill(random.pick(TELLING)),
      bytes.subarray(at + 4),
    );
  },
  (random, bytes) => bytes.slice(0, random.below(bytes.length + 1)),
  (random, bytes) => joined(bytes, new Uint8Array(1 + random.below(40)).fill(random.pick(TELLING))),
  (random, bytes) => {
    const [from, to] = cutAt(random, bytes);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  (random, bytes) => {
    const [from, to] = cutAt(random, bytes);
    return joined(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to));
  },
  (random, bytes, other) => {
    const [, to] = cutAt(random, bytes);
    const [from] = cutAt(random, other);
    return joined(bytes.subarray(0, to), other.subarray(from));
  },
];

/** Other bytes, one to four changes away from bytes that read: most of what is random would be refused at once. */
export const mutate = (random: Random, bytes: Bytes, others: readonly Bytes[]): Bytes => {
  let mutated = bytes;
  for (let left = 1 + random.below(4); left > 0; left--)
    if (mutated.length > 0) mutated = random.pick(MUTATIONS)(random, mutated, random.pick(others));
  return mutated;
};
