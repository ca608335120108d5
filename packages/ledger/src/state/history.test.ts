import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Bytes } from "@dure/crypto";
import { encodeText } from "@dure/types";
import fc from "fast-check";
import { encodeHeld } from "./held.ts";
import {
  HISTORY_PREFIX,
  type HistoryEntry,
  noteWrite,
  readHistory,
  versionIn,
  versionText,
} from "./history.ts";
import { byteKey, type Changes, openKeyValue } from "./key-value.ts";

const home = await mkdtemp(join(tmpdir(), "dure-history-"));
after(() => rm(home, { recursive: true, force: true }));

// Keys that begin with one another, and ones that end with the greatest byte.
const KEYS = [
  encodeText("a"),
  encodeText("ab"),
  encodeText("b"),
  Uint8Array.of(0x61, 0xff),
  new Uint8Array(0),
];
const WRITE = fc.record({
  key: fc.constantFrom(...KEYS),
  height: fc.integer({ min: 0, max: 30 }),
  index: fc.integer({ min: 0, max: 3 }),
  value: fc.option(fc.uint8Array({ maxLength: 4 }), { nil: undefined }),
});

const newestFirst = (a: HistoryEntry, b: HistoryEntry): number =>
  b.version.height - a.version.height || b.version.index - a.version.index;

test("a key's history is all its writes, the newest first, by pages, less those that were swept", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(WRITE, { maxLength: 30 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: -1, max: 20 }),
      async (writes, limit, sweptHeight) => {
        const store = await openKeyValue(join(home, String(run++)));
        const model = new Map<Bytes, Map<string, HistoryEntry>>(KEYS.map((key) => [key, new Map()]));
        try {
          const changes: Changes = new Map();
          for (const { key, height, index, value } of writes) {
            const version = { height, index };
            const record = value && encodeHeld({ value, version });
            noteWrite(changes, byteKey("", key), versionText(version), record);
            model.get(key)?.set(`${height}.${index}`, { version: { height, index }, value });
          }
          await store.write(changes);
          await store.settled();
          await store.sweep(HISTORY_PREFIX, (name) => versionIn(name).height <= sweptHeight);
          for (const key of KEYS) {
            const expected = [...(model.get(key)?.values() ?? [])]
              .filter(({ version }) => version.height > sweptHeight)
              .sort(newestFirst);
            const found: HistoryEntry[] = [];
            for (;;) {
              const page = await readHistory(store, key, found.at(-1)?.version, limit);
              found.push(
                ...page.map((entry) => ({ ...entry, value: entry.value && new Uint8Array(entry.value) })),
              );
              if (page.length < limit) break;
            }
            assert.deepEqual(found, expected);
          }
        } finally {
          await store.close();
        }
      },
    ),
    { numRuns: 40 },
  );
});
