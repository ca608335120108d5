import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import type { Edge } from "./ed25519-edges.fixture.test.ts";
import { createSodiumSuite } from "./sodium.ts";
import { createWasmSuite } from "./wasm.ts";

const wasm = await createWasmSuite();
const native = createSodiumSuite();
const vectors = JSON.parse(
  readFileSync(new URL("../../../specs/vectors/ed25519.json", import.meta.url), "utf8"),
) as readonly Edge[];
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

test("the wasm suite judges every edge case as the protocol says", () => {
  assert.ok(vectors.length > 50);
  for (const { name, publicKey, message, signature, valid } of vectors)
    assert.equal(wasm.verify(bytesOf(publicKey), bytesOf(message), bytesOf(signature)), valid, name);
});

test("both suites hash, derive, sign and verify alike", () => {
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(
      seeds,
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 80 }),
      (seed, one, two) => {
        assert.equal(hex(wasm.hash(one, two)), hex(native.hash(one, two)));
        assert.equal(hex(wasm.publicKeyOf(seed)), hex(native.publicKeyOf(seed)));
        const signature = wasm.sign(seed, one);
        assert.equal(hex(signature), hex(native.sign(seed, one)));
        assert.ok(wasm.verify(native.publicKeyOf(seed), one, signature));
        assert.equal(wasm.verify(native.publicKeyOf(seed), two, signature), hex(one) === hex(two));
      },
    ),
  );
});

test("lengths that are none are refused, and never throw where something is verified", () => {
  const key = wasm.publicKeyOf(new Uint8Array(32));
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => wasm.publicKeyOf(new Uint8Array(length)), RangeError);
    assert.throws(() => wasm.sign(new Uint8Array(length), key), RangeError);
    if (length !== 64) assert.equal(wasm.verify(key, key, new Uint8Array(length)), false);
    assert.equal(wasm.verify(new Uint8Array(length), key, new Uint8Array(64)), false);
  }
});
