import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@dure/types";
import fc from "fast-check";
import { createStubSuite } from "./stub-suite.ts";

const suite = createStubSuite(42);
const seedOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);

test("a signature verifies under its key and message, and under no other", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, (message, other) => {
      const signature = suite.sign(seedOf(1), message);
      const publicKey = suite.publicKeyOf(seedOf(1));
      assert.equal(suite.verify(publicKey, message, signature), true);
      assert.equal(suite.verify(suite.publicKeyOf(seedOf(2)), message, signature), false);
      if (toHex(message) !== toHex(other)) assert.equal(suite.verify(publicKey, other, signature), false);
    }),
  );
});

test("another suite with the same seed makes no signature that this one takes", () => {
  const message = Uint8Array.of(1, 2, 3);
  const forged = createStubSuite(43).sign(seedOf(1), message);
  assert.equal(suite.verify(suite.publicKeyOf(seedOf(1)), message, forged), false);
});

test("wrong lengths do not verify", () => {
  const publicKey = suite.publicKeyOf(seedOf(1));
  const signature = suite.sign(seedOf(1), new Uint8Array());
  assert.equal(suite.verify(publicKey.subarray(1), new Uint8Array(), signature), false);
  assert.equal(suite.verify(publicKey, new Uint8Array(), signature.subarray(1)), false);
});

test("a hash is over the parts one after the other, and of 32 bytes", () => {
  const part = fc.uint8Array({ maxLength: 5000 });
  fc.assert(
    fc.property(part, part, (a, b) => {
      const whole = Uint8Array.from([...a, ...b]);
      assert.deepEqual(suite.hash(a, b), suite.hash(whole));
      assert.equal(suite.hash(a, b).length, 32);
    }),
  );
});

test("a hundred thousand small inputs collide nowhere, not even in their first 16 bytes", () => {
  const seen = new Set<string>();
  const input = new Uint8Array(8);
  const view = new DataView(input.buffer);
  for (let at = 0; at < 100_000; at++) {
    view.setUint32(at % 5, at);
    seen.add(toHex(suite.hash(input.slice(0, 4 + (at % 5))).subarray(0, 16)));
    input.fill(0);
  }
  assert.equal(seen.size, 100_000);
});
