import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Bytes } from "@dure/crypto";
import fc from "fast-check";
import { type Changes, openKeyValue } from "./key-value.ts";

const home = await mkdtemp(join(tmpdir(), "dure-key-value-"));
after(() => rm(home, { recursive: true, force: true }));

const PREFIXES = ["a", "ka", "kab", "kb\0", "p"] as const;
const KEY = fc
  .tuple(
    fc.constantFrom(...PREFIXES),
    fc.string({ unit: fc.constantFrom("a", "b", "\0", "\xff"), maxLength: 3 }),
  )
  .map((parts) => parts.join(""));
const VALUE = fc.option(fc.uint8Array({ maxLength: 4 }), { nil: undefined });
const BATCH = fc.record({
  changes: fc.array(fc.tuple(KEY, VALUE), { maxLength: 12 }),
  how: fc.constantFrom("stage", "write", "settle"),
});

test("a range is what all changes so far come to, staged, on their way or stored", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(BATCH, { maxLength: 12 }),
      fc.constantFrom(...PREFIXES),
      fc.option(KEY, { nil: "" }),
      fc.integer({ min: 1, max: 20 }),
      async (batches, prefix, from, limit) => {
        const store = await openKeyValue(join(home, String(run++)));
        const model = new Map<string, Bytes>();
        try {
          for (const { changes, how } of batches) {
            const batch: Changes = new Map(changes);
            for (const [key, value] of batch) {
              if (value === undefined) model.delete(key);
              else model.set(key, value);
            }
            if (how === "stage") store.stage(batch);
            // Not awaited: a range sees what is being written, too.
            else store.write(batch).catch(assert.fail);
            if (how === "settle") await store.settled();
          }
          const range = store.range(prefix, from, limit);
          // What comes after the call is not in it.
          store.stage(new Map([[`${prefix}late`, Uint8Array.of(1)]]));
          const expected = [...model]
            .filter(([key]) => key.startsWith(prefix) && key > from)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .slice(0, limit);
          const found = (await range).map(([key, value]) => [key, new Uint8Array(value)]);
          assert.deepEqual(
            found,
            expected.map(([key, value]) => [key, new Uint8Array(value)]),
          );
          for (const [key, value] of model)
            if (key !== `${prefix}late`)
              assert.deepEqual(new Uint8Array(store.get(key) ?? []), new Uint8Array(value));
        } finally {
          await store.close();
        }
      },
    ),
    { numRuns: 150 },
  );
});
