import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { createSodiumSuite, randomBytes } from "./sodium.ts";

const suite = createSodiumSuite();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

test("hashes are SHA-256, of no parts, small ones, and around the length where the implementation changes", () => {
  assert.equal(hex(suite.hash()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(
    hex(suite.hash(Buffer.from("abc"))),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  for (const length of [0, 1, 55, 56, 63, 64, 65, 2047, 2048, 2049, 100_000]) {
    const input = Buffer.alloc(length, 0xa5);
    const expected = createHash("sha256").update(input).digest("hex");
    assert.equal(hex(suite.hash(input)), expected, `${length} bytes`);
    const cut = Math.floor(length / 3);
    assert.equal(hex(suite.hash(input.subarray(0, cut), input.subarray(cut))), expected, `${length} in two`);
  }
});

test("a view into a larger buffer hashes, signs and verifies as its own bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(9), fc.nat(9), (bytes, before, after) => {
      const outer = new Uint8Array(before + bytes.length + after).fill(0xee);
      outer.set(bytes, before);
      const view = outer.subarray(before, before + bytes.length);
      assert.equal(hex(suite.hash(view)), hex(suite.hash(bytes)));
      const seed = new Uint8Array(32).fill(9);
      const signature = suite.sign(seed, view);
      assert.equal(hex(signature), hex(suite.sign(seed, bytes)));
      assert.ok(suite.verify(suite.publicKeyOf(seed), view, signature));
    }),
  );
});

/** RFC 8032, section 7.1: seed, public key, message, signature. */
const RFC_8032 = [
  [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  ],
  [
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  ],
] as const;

test("keys and signatures are those of RFC 8032", () => {
  for (const [seed, publicKey, message, signature] of RFC_8032) {
    assert.equal(hex(suite.publicKeyOf(bytesOf(seed))), publicKey);
    assert.equal(hex(suite.sign(bytesOf(seed), bytesOf(message))), signature);
    assert.ok(suite.verify(bytesOf(publicKey), bytesOf(message), bytesOf(signature)));
  }
});

test("no flipped bit of key, message or signature verifies", () => {
  const seed = new Uint8Array(32).fill(1);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(), (message, at) => {
      const parts = [suite.publicKeyOf(seed), message, suite.sign(seed, message)].map((part) =>
        Uint8Array.from(part),
      );
      const bit = at % (parts.reduce((sum, part) => sum + part.length, 0) * 8);
      let byte = bit >> 3;
      const flipped = parts.find((part) => {
        if (byte < part.length) return true;
        byte -= part.length;
        return false;
      });
      assert.ok(flipped !== undefined);
      flipped[byte] = (flipped[byte] as number) ^ (1 << (bit & 7));
      const [key, text, signature] = parts as [Uint8Array, Uint8Array, Uint8Array];
      assert.equal(suite.verify(key, text, signature), false);
    }),
    { numRuns: 1_000 },
  );
});

test("a suite signs with the seed it is given, also when the caller's buffer is used for another key", () => {
  const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const message = Buffer.from("m");
  const [byOne, byTwo] = [one, two].map((seed) => hex(createSodiumSuite().sign(seed, message)));
  const signer = createSodiumSuite();
  const reused = one.slice();
  assert.equal(hex(signer.sign(reused, message)), byOne);
  reused.set(two);
  assert.equal(hex(signer.sign(reused, message)), byTwo);
  assert.equal(hex(signer.sign(one, message)), byOne);
});

test("a seed of another length is refused", () => {
  for (const length of [0, 31, 33, 64]) {
    assert.throws(() => suite.publicKeyOf(new Uint8Array(length)), RangeError);
    assert.throws(() => suite.sign(new Uint8Array(length), new Uint8Array(1)), RangeError);
  }
});

test("random bytes have the length asked for and do not repeat", () => {
  assert.equal(randomBytes(0).length, 0);
  const drawn = new Set(Array.from({ length: 1_000 }, () => hex(randomBytes(16))));
  assert.equal(drawn.size, 1_000);
});
