import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import type { Hash } from "@dure/types";
import fc from "fast-check";
import { IdSet } from "./id-set.ts";

const idOf = (start: string): Hash => start.padEnd(64, "0") as Hash;

test("a set of ids holds what was added and nothing else, at any size", () => {
  const set = new IdSet();
  const added = Array.from({ length: 20_000 }, () => randomBytes(32).toString("hex") as Hash);
  for (const id of added) set.add(id);
  assert.equal(set.size, added.length);
  assert.ok(added.every((id) => set.has(id)));
  for (let at = 0; at < 20_000; at++) assert.ok(!set.has(randomBytes(32).toString("hex") as Hash));
});

test("ids that crowd together, differ late or come twice are told apart", () => {
  const digits = fc.stringMatching(/^[0-9a-f]{1,32}$/).filter((text) => /[1-9a-f]/.test(text));
  fc.assert(
    fc.property(fc.array(digits, { maxLength: 200 }), fc.array(digits, { maxLength: 50 }), (added, asked) => {
      const set = new IdSet();
      for (const text of [...added, ...added]) set.add(idOf(text));
      const known = new Set(added.map((text) => idOf(text)));
      assert.equal(set.size, known.size);
      for (const text of [...added, ...asked]) assert.equal(set.has(idOf(text)), known.has(idOf(text)));
    }),
  );
});
