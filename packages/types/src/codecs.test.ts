import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { CODECS } from "./codecs.fixture.test.ts";
import { toHex } from "./index.ts";

/** Hostile variants of an example: bytes flipped, cut, extended, spliced with themselves, or wholly random. */
const hostile = (example: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc
      .array(fc.tuple(fc.nat(example.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((flips) => {
        const bytes = example.slice();
        for (const [at, value] of flips) bytes[at] = value;
        return bytes;
      }),
    fc.nat(example.length).map((length) => example.slice(0, length)),
    fc.uint8Array({ minLength: 1, maxLength: 16 }).map((tail) => Uint8Array.from([...example, ...tail])),
    fc
      .tuple(fc.nat(example.length), fc.nat(example.length))
      .map(([from, to]) => Uint8Array.from([...example.slice(0, to), ...example.slice(from)])),
    fc.uint8Array({ maxLength: 400 }),
  );

for (const { name, examples, again } of CODECS) {
  test(`a ${name} decodes to what encodes to the same bytes`, () => {
    fc.assert(
      fc.property(examples, (bytes) => {
        assert.equal(toHex(again(bytes) ?? new Uint8Array()), toHex(bytes));
      }),
      { numRuns: 300 },
    );
  });

  test(`of 10,000 hostile inputs to the ${name} decoder none throws, and what it takes has no other encoding`, () => {
    let taken = 0;
    fc.assert(
      fc.property(examples.chain(hostile), (bytes) => {
        const encoded = again(bytes);
        if (encoded === undefined) return;
        taken += 1;
        assert.equal(toHex(encoded), toHex(bytes));
      }),
      { numRuns: 10_000 },
    );
    assert.ok(taken > 0, "no mutated input was taken: the property was never put to the test");
  });
}
