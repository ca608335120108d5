/**
 * What updating the state tree costs: `node bench/state.mjs [keys]`. Fills a state in a temporary directory, then
 * changes 1,000 random keys in each of 50 heights.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { openKeyValue } from "../dist/state/key-value.js";
import { createState } from "../dist/state/state.js";

const say = (line) => process.stdout.write(`${line}\n`);
const KEYS = Number(process.argv[2] ?? 200_000);
const CHANGED = 1000;
const HEIGHTS = 50;

const directory = await mkdtemp(join(tmpdir(), "dure-bench-"));
const store = await openKeyValue(directory);
const state = createState(createSodiumSuite(), store);
const encoder = new TextEncoder();
const value = new Uint8Array(32).fill(1);
let height = 0;

/** Applies one height and returns the time until its root was known in ms, and the records that it writes. */
const apply = async (numbers) => {
  const changes = new Map();
  const writes = numbers.map((n) => [{ key: encoder.encode(`account/${n}`), value }]);
  const startMs = performance.now();
  state.apply(height++, writes, changes);
  const rootMs = performance.now() - startMs;
  state.flush(changes);
  await store.write(changes);
  return { rootMs, records: changes.size };
};

for (let from = 0; from < KEYS; from += 10_000)
  await apply(Array.from({ length: Math.min(10_000, KEYS - from) }, (_, i) => from + i));
await store.settled();
let rootMs = 0;
let records = 0;
const cpu = process.cpuUsage();
for (let i = 0; i < HEIGHTS; i++) {
  const numbers = new Set(Array.from({ length: CHANGED }, () => Math.floor(Math.random() * KEYS)));
  const applied = await apply([...numbers]);
  rootMs += applied.rootMs;
  records += applied.records;
}
await store.settled();
const { user, system } = process.cpuUsage(cpu);
const perKey = (total) => (total / HEIGHTS / CHANGED).toFixed(2);
say(`${KEYS} keys, ${CHANGED} changed per height; per changed key:`);
say(`root ${perKey(rootMs * 1000)} µs, CPU ${perKey(user + system)} µs, records ${perKey(records)}`);
say(`proof of presence: ${state.prove(encoder.encode("account/5")).length} bytes`);
await store.close();
await rm(directory, { recursive: true });
