import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fromBase64, toBase64 } from "@dure/types";
import fc from "fast-check";
import { assertTrue, makeWorld, type NamedProof } from "./documents.fixture.test.ts";
import { verifyProof } from "./verify.ts";

const { network, blocks, proofs } = makeWorld(10);
const { trust } = network;

/** A JSON value, and the way to one of its parts. */
type Json = unknown;
type Way = readonly (string | number)[];

/** The ways to all parts of a value, the value itself first. */
const waysOf = (value: Json, way: Way = []): readonly Way[] =>
  typeof value !== "object" || value === null
    ? [way]
    : [
        way,
        ...Object.keys(value).flatMap((key) =>
          waysOf((value as Record<string, Json>)[key], [...way, Array.isArray(value) ? Number(key) : key]),
        ),
      ];

const partAt = (value: Json, way: Way): Json =>
  way.reduce<Json>((part, key) => (part as Record<string | number, Json>)[key], value);

/** A copy with one part replaced. */
const replaced = (value: Json, way: Way, part: Json): Json => {
  const [key, ...rest] = way;
  if (key === undefined) return part;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    Json
  >;
  copy[key] = replaced(copy[key], rest, part);
  return copy;
};

const MASKS = [0x01, 0x80] as const;
const HEX = /^[0-9a-f]{64}$/;

/** Every byte of a text field under every mask; of text that is neither base64 nor hexadecimal, its characters. */
const textChanges = (text: string): readonly string[] => {
  const isHash = HEX.test(text);
  const bytes = isHash ? Buffer.from(text, "hex") : fromBase64(text);
  if (bytes === undefined || bytes.length === 0)
    return [...text].map((_, at) => `${text.slice(0, at)}~${text.slice(at + 1)}`);
  const written = (from: Uint8Array): string => (isHash ? Buffer.from(from).toString("hex") : toBase64(from));
  return Array.from(bytes).flatMap((byte, at) =>
    MASKS.map((mask) => {
      const changed = Uint8Array.from(bytes);
      changed[at] = byte ^ mask;
      return written(changed);
    }),
  );
};

const otherForms = (text: string): readonly Json[] => {
  const bytes = fromBase64(text) ?? new Uint8Array(0);
  return [
    "",
    `${text}\n`,
    ` ${text}`,
    `${text}=`,
    `${text}AAAA`,
    text.slice(0, -1),
    text.toUpperCase() === text ? text.toLowerCase() : text.toUpperCase(),
    toBase64(bytes.subarray(0, -1)),
    toBase64(bytes.subarray(1)),
    toBase64(Uint8Array.from([...bytes, 0])),
    toBase64(Uint8Array.from([0, ...bytes])),
    [text],
    { text },
    null,
    0,
  ];
};

const numberChanges = (value: number): readonly Json[] => [
  value + 1,
  value - 1,
  value + 0.5,
  value + 2 ** 32,
  -value - 1,
  2 ** 53,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  String(value),
  Number.isInteger(value) ? BigInt(value) : Object(value),
  [value],
  null,
  true,
];

const listChanges = (list: readonly Json[]): readonly Json[] => [
  ...list.map((_, at) => list.filter((__, other) => other !== at)),
  ...list.map((item, at) => list.flatMap((other, place) => (place === at ? [item, item] : [other]))),
  ...list
    .slice(1)
    .map((_, at) =>
      list.map((item, place) => (place === at ? list[at + 1] : place === at + 1 ? list[at] : item)),
    ),
  [...list, "AAAA"],
  [...list, "0".repeat(64)],
  [...list, null],
  Object.fromEntries(list.map((item, at) => [at, item])),
  "",
  null,
  0,
];

const objectChanges = (object: Record<string, Json>): readonly Json[] => [
  ...Object.keys(object).map((gone) =>
    Object.fromEntries(Object.entries(object).filter(([key]) => key !== gone)),
  ),
  ...Object.entries(object).map(([key, value]) => ({ ...object, [`${key}2`]: value })),
  { ...object, "": 0 },
  Object.defineProperty({ ...object }, "__proto__", { value: null, enumerable: true }),
  Object.create(object),
  Object.values(object),
  true,
];

const changesOf = (part: Json): readonly Json[] => {
  if (typeof part === "string") return [...textChanges(part), ...otherForms(part)];
  if (typeof part === "number") return numberChanges(part);
  if (Array.isArray(part)) return listChanges(part);
  if (typeof part !== "object") return [null, part, [part]];
  if (part === null) return [undefined, 0, "", {}, []];
  return objectChanges(part as Record<string, Json>);
};

const isSame = (one: Json, other: Json): boolean => {
  try {
    return typeof one === typeof other && JSON.stringify(one) === JSON.stringify(other);
  } catch {
    return false;
  }
};

/** Refused, or true all the same: some parts may stand for one another, as two certificates of one block. */
const isSound = (value: Json): boolean => {
  const verdict = verifyProof(trust, value);
  if (verdict.ok) assertTrue(blocks, verdict);
  return verdict.ok;
};

const isAbsent = (document: Json): boolean => {
  const verdict = verifyProof(trust, document);
  return verdict.ok && verdict.kind === "state" && verdict.value === undefined;
};

const CODES = ["PROOF_MALFORMED", "PROOF_WRONG_CHANNEL", "EPOCH_UNKNOWN", "PROOF_INVALID"];

describe("a proof with any one thing changed is refused: each byte, scalar, field, item", () => {
  for (const { name, document } of proofs)
    test(name, () => {
      let tried = 0;
      for (const way of waysOf(document)) {
        const part = partAt(document, way);
        for (const change of changesOf(part)) {
          if (isSame(part, change)) continue;
          // What shows that a bucket lacks one key shows it of every key of that bucket: true, and of the key it says.
          if (way[0] === "key" && isAbsent(document) && isSound(replaced(document, way, change))) continue;
          const verdict = verifyProof(trust, replaced(document, way, change));
          assert.ok(!verdict.ok, `${way.join(".")} as ${String(change).slice(0, 80)}`);
          assert.ok(CODES.includes(verdict.code) && verdict.message.length > 0);
          tried += 1;
        }
      }
      assert.ok(tried > 500, `only ${tried} changes were tried`);
    });
});

describe("a proof without its results shows less, and nothing else", () => {
  const cases: readonly (readonly [string, Way])[] = [
    ["a transaction committed by a descendant", ["result"]],
    ["a whole block with its results", ["data", "receipts"]],
    ["a whole block with its results", ["data"]],
  ];
  for (const [name, way] of cases)
    test(`${name}, without ${way.join(".")}`, () => {
      const { document } = proofs.find((proof) => proof.name === name) ?? assert.fail(name);
      const verdict = verifyProof(trust, replaced(document, way, null));
      assert.ok(verdict.ok);
      assertTrue(blocks, verdict);
      assert.ok(verdict.kind !== "state");
      assert.equal(verdict.kind === "block" ? verdict.receipts : verdict.receipt, undefined);
    });
});

test("parts of other proofs, of this channel or another's, never show what is not so", () => {
  const other = makeWorld(20, "other");
  const sources: readonly NamedProof[] = [...proofs, ...other.proofs];
  let refused = 0;
  for (const { document } of proofs)
    for (const way of waysOf(document))
      for (const source of sources)
        for (const from of waysOf(source.document)) {
          if (from.at(-1) !== way.at(-1) && typeof from.at(-1) !== "number") continue;
          const part = partAt(source.document, from);
          if (isSame(part, partAt(document, way))) continue;
          if (!isSound(replaced(document, way, part))) refused += 1;
        }
  assert.ok(refused > 1_000, `only ${refused} were refused`);
});

test("a proof of another channel says so, and under another genesis too", () => {
  const other = makeWorld(20, "other");
  for (const { document } of other.proofs) {
    const verdict = verifyProof(trust, document);
    assert.ok(!verdict.ok && verdict.code === "PROOF_WRONG_CHANNEL");
    const relabelled = verifyProof(trust, { ...document, channelId: network.channelId });
    assert.ok(!relabelled.ok && relabelled.code === "PROOF_INVALID", relabelled.ok ? "" : relabelled.message);
  }
});

test("many changes at once never show what is not so", () => {
  const change = fc.tuple(fc.nat(), fc.nat(), fc.jsonValue());
  fc.assert(
    fc.property(
      fc.constantFrom(...proofs),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      ({ document }, changes) => {
        let value: Json = document;
        for (const [where, which, other] of changes) {
          const ways = waysOf(value);
          const way = ways[where % ways.length] ?? [];
          const options = [...changesOf(partAt(value, way)), other];
          value = replaced(value, way, options[which % options.length]);
        }
        isSound(value);
      },
    ),
    { numRuns: 200 },
  );
});

test("no value makes it throw", () => {
  fc.assert(
    fc.property(
      fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withTypedArray: true,
        withSparseArray: true,
      }),
      (value) => {
        assert.equal(verifyProof(trust, value).ok, false);
      },
    ),
    { numRuns: 2_000 },
  );
});
