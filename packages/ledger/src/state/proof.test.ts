import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "@dure/crypto";
import { decodeText, encodeText, type Hash, toHash, toHex } from "@dure/types";
import fc from "fast-check";
import { suite } from "../fixture.test.ts";
import type { Changes } from "./key-value.ts";
import { decodeStateProof, encodeStateProof, verifyStateProof } from "./proof.ts";
import { createState, type State } from "./state.ts";

/** A state in memory: the store that the real one uses, less the disk. */
const stateOf = (keys: number): { readonly state: State; readonly root: Hash } => {
  const stored = new Map<string, Bytes>();
  const state = createState(suite, {
    get: (key) => stored.get(key),
    range: () => assert.fail("no range is read here"),
    condemn: (reason) => {
      throw new Error(reason);
    },
  });
  const changes: Changes = new Map();
  const writes = Array.from({ length: keys }, (_, n) => [{ key: keyOf(n), value: encodeText(`value ${n}`) }]);
  const root = state.apply(3, writes, changes);
  state.flush(changes);
  for (const [key, value] of changes) if (value !== undefined) stored.set(key, value);
  return { state, root };
};

const keyOf = (n: number): Bytes => encodeText(`key ${n}`);

for (const keys of [0, 1, 16, 17, 400]) {
  test(`each of ${keys} keys is proven present, others absent, and no changed byte passes`, () => {
    const { state, root } = stateOf(keys);
    for (let n = 0; n < Math.min(keys, 60) + 10; n++) {
      const at = n < Math.min(keys, 60) ? n : keys + n;
      const key = keyOf(at);
      const proof = state.prove(key);
      const verdict = verifyStateProof(suite, root, key, proof);
      if (at < keys) {
        assert(verdict.kind === "present");
        assert.equal(toHex(verdict.value), toHex(encodeText(`value ${at}`)));
        assert.deepEqual(verdict.version, { height: 3, index: at });
      } else assert.equal(verdict.kind, "absent");
      assert.equal(verifyStateProof(suite, toHash(suite.hash(key)), key, proof).kind, "invalid");
    }
    for (const key of [keyOf(0), keyOf(keys + 5)]) {
      const proof = state.prove(key);
      for (let at = 0; at < proof.length; at++) {
        for (const flip of [1, 0x80, 0xff]) {
          const bytes = proof.slice();
          bytes[at] = (bytes[at] as number) ^ flip;
          assert.equal(verifyStateProof(suite, root, key, bytes).kind, "invalid", `byte ${at} ^ ${flip}`);
        }
        assert.equal(verifyStateProof(suite, root, key, proof.subarray(0, at)).kind, "invalid");
      }
      assert.equal(verifyStateProof(suite, root, key, Uint8Array.of(...proof, 0)).kind, "invalid");
    }
  });
}

test("a proof of one key shows nothing of another", () => {
  const { state, root } = stateOf(200);
  fc.assert(
    fc.property(fc.nat(260), fc.nat(260), (a, b) => {
      const verdict = verifyStateProof(suite, root, keyOf(b), state.prove(keyOf(a)));
      const truth = verifyStateProof(suite, root, keyOf(b), state.prove(keyOf(b)));
      // A bucket shows of every key on its path that it is absent, and of no key what is false.
      if (verdict.kind !== "invalid") assert.equal(verdict.kind, truth.kind);
    }),
    { numRuns: 2000 },
  );
});

test("the proof decoder takes one encoding per proof and throws on nothing", () => {
  const { state, root } = stateOf(60);
  const base = state.prove(keyOf(7));
  const mutated = fc
    .array(fc.tuple(fc.nat(base.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((edits) => {
      const bytes = base.slice();
      for (const [at, value] of edits) bytes[at] = value;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
      const decoded = decodeStateProof(bytes);
      if (decoded.ok) assert.equal(toHex(encodeStateProof(decoded.value)), toHex(bytes));
      const verdict = verifyStateProof(suite, root, keyOf(7), bytes);
      assert(verdict.kind === "invalid" || toHex(bytes) === toHex(base));
    }),
    { numRuns: 10_000 },
  );
});

test("what a block activates is overwritten by its transactions, and stands under the indexes after theirs", () => {
  const { state } = stateOf(0);
  const stored: Changes = new Map();
  const root = state.apply(4, [[{ key: keyOf(1), value: encodeText("of a transaction") }], []], stored, [
    [{ key: keyOf(0), value: encodeText("a") }],
    [{ key: keyOf(1), value: encodeText("of an activation") }],
  ]);
  state.flush(stored);
  const after = createState(suite, {
    get: (key) => stored.get(key),
    range: () => assert.fail("no range is read here"),
    condemn: (reason) => {
      throw new Error(reason);
    },
  });
  const seen = [keyOf(0), keyOf(1)].map((key) => verifyStateProof(suite, root, key, after.prove(key)));
  assert.deepEqual(
    seen.map((verdict) => verdict.kind === "present" && [decodeText(verdict.value), verdict.version.index]),
    [
      ["a", 2],
      ["of a transaction", 0],
    ],
  );
});
