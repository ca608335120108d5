import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { bodies, readTransaction, suite } from "./codecs.fixture.test.ts";
import { signTransaction, verifyTransaction } from "./index.ts";

const SEED = new Uint8Array(32).fill(3);

test("a signed transaction verifies under its key, and no flipped byte of it does", () => {
  const key = suite.publicKeyOf(SEED);
  fc.assert(
    fc.property(bodies, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, mask) => {
      const bytes = signTransaction(suite, body, SEED);
      assert.ok(verifyTransaction(suite, readTransaction(bytes), key));
      const index = at % bytes.length;
      const forged = bytes.with(index, (bytes[index] as number) ^ mask);
      let survives = false;
      try {
        survives = verifyTransaction(suite, readTransaction(forged), key);
      } catch {
        // It no longer decodes: refused all the same.
      }
      assert.equal(survives, false);
    }),
    { numRuns: 500 },
  );
});

test("the id is of the body alone: another signature does not make another transaction", () => {
  const [body] = fc.sample(bodies, 1);
  assert.ok(body !== undefined);
  const one = readTransaction(signTransaction(suite, body, SEED));
  const two = readTransaction(signTransaction(suite, body, new Uint8Array(32).fill(4)));
  assert.equal(one.id, two.id);
  assert.notDeepEqual(one.bytes, two.bytes);
});
