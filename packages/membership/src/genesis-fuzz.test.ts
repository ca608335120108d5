import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { FULL, LEAST, suite } from "./genesis.fixture.test.ts";
import { channelIdOf, formatGenesis, type GenesisDocument, parseGenesis } from "./index.ts";

/** Ten thousand and more mutated documents: none throws, and none that is accepted has the id of the one it was. */

const ORIGINALS = [formatGenesis(LEAST), formatGenesis(FULL)] as const;
const IDS = ORIGINALS.map((text) => channelIdOf(suite, text));

/** Judges a mutation; true if it is accepted. */
const judge = (mutation: string, original: number): boolean => {
  const parsed = parseGenesis(suite, mutation);
  if (!parsed.ok) {
    assert.equal(parsed.code, "GENESIS_MALFORMED");
    return false;
  }
  assert.equal(mutation === ORIGINALS[original], parsed.channelId === IDS[original]);
  return true;
};

/** Texts that stand in documents, so that many mutations are JSON, and some are documents. */
const FRAGMENTS = [
  '"',
  "0",
  "1",
  "9",
  "-",
  ".",
  "e",
  "a",
  "}",
  "{",
  "[",
  "]",
  ",",
  ":",
  "\\",
  "\n",
  " ",
  "\ud800",
];

const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    removed: fc.nat(3),
    inserted: fc.oneof(
      fc.constant(""),
      fc.constantFrom(...FRAGMENTS),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

test("mutated texts are refused, or found to be another channel's", () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.nat(1), edits, (original, changes) => {
      const mutation = changes.reduce((text, { at, removed, inserted }) => {
        const index = Math.floor(at * text.length);
        return text.slice(0, index) + inserted + text.slice(index + removed);
      }, ORIGINALS[original] as string);
      if (judge(mutation, original)) accepted += 1;
    }),
    { numRuns: 8_000 },
  );
  // Keys, base64 and sources have room for changes that leave a document: without any, the mutations are too wild.
  assert.ok(accepted > 100, `only ${accepted} mutations were accepted`);
});

type Tree = { [key: string]: unknown };
const VALUES: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    0,
    1,
    2,
    3,
    4,
    10,
    1_000,
    -1,
    1.5,
    2 ** 31,
    "",
    "acme",
    "peer0.acme",
    "00".repeat(32),
    [],
    {},
  ),
);

/** Every way from the root to a value of the document. */
const waysOf = (value: unknown): readonly (readonly string[])[] =>
  typeof value !== "object" || value === null
    ? [[]]
    : [[], ...Object.entries(value).flatMap(([key, inner]) => waysOf(inner).map((way) => [key, ...way]))];

const replaced = (value: unknown, way: readonly string[], change: (old: unknown) => unknown): unknown => {
  const [key, ...rest] = way;
  if (key === undefined) return change(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Tree) }) as Tree;
  copy[key] = replaced(copy[key], rest, change);
  return copy;
};

const DOCUMENTS = [LEAST, FULL] as const;
const WAYS = DOCUMENTS.map((document) => waysOf(document));

const mutatedDocuments = fc
  .tuple(fc.nat(1), fc.nat(), VALUES, fc.boolean())
  .map(([original, at, value, adds]) => {
    const ways = WAYS[original] ?? assert.fail();
    const change = (old: unknown): unknown => {
      if (!adds) return value;
      if (Array.isArray(old)) return [...old, value];
      return typeof old === "number" ? old + 1 : value;
    };
    return { original, mutation: replaced(DOCUMENTS[original], ways[at % ways.length] ?? [], change) };
  });

test("documents with another value somewhere are refused, or found to be another channel's", () => {
  let accepted = 0;
  fc.assert(
    fc.property(mutatedDocuments, ({ original, mutation }) => {
      if (judge(formatGenesis(mutation as GenesisDocument), original)) accepted += 1;
    }),
    { numRuns: 8_000 },
  );
  assert.ok(accepted > 100, `only ${accepted} mutations were accepted`);
});

test("any text at all is answered", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
      assert.equal(parseGenesis(suite, text).ok, false);
    }),
    { numRuns: 2_000 },
  );
});
