import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { block, type MemoryState, memoryState, rawScore } from "./fixture.ts";
import { createScoreHost, type ScoreHost } from "./host.ts";
import type { ScoreSource } from "./outcome.ts";
import { pack } from "./pack.ts";

const BANK = fileURLToPath(new URL("../fixtures/bank.ts", import.meta.url));

const EDGES = rawScore("edges", {
  swallow: "try { return ctx.state.get(params.key) ?? null; } catch { return 'caught'; }",
  swallowAndWrite:
    "let v; try { v = ctx.state.get(params.key); } catch { ctx.state.set('caught', 1); } return v ?? null",
  loopIfThrown: "try { ctx.state.get(params.key); } catch { for (;;); } return 'read'",
  copy: "const v = ctx.state.get(params.from); ctx.state.set(params.to, v ?? 'none'); return v ?? null",
  hugeValue: "ctx.state.set('v', 'x'.repeat(300000))",
  hugeResult: "return 'x'.repeat(300000)",
  hugeMessage: "throw new Error('m'.repeat(5000))",
  hugeKey: "ctx.state.set('k'.repeat(600), 1)",
  manyEvents: "for (let i = 0; i < 65; i++) ctx.emit('e', i)",
  badEvent: "ctx.emit('a b', 1)",
  manyWrites: "for (let i = 0; i < 10001; i++) ctx.state.set('k' + i, 1)",
  bigCall: "for (let i = 0; i < 33; i++) ctx.state.set('k' + i, 'x'.repeat(262000))",
  sevenMegabytes: "for (let i = 0; i < 28; i++) ctx.state.set('k' + i, 'x'.repeat(262000))",
  order: "for (const k of ['\\u{1f600}', '\\uffff', 'b', 'a']) ctx.state.set(k, 1); ctx.state.set('a', 2)",
  clock:
    "return [ctx.block.height, ctx.block.timestampMs, ctx.transaction.index, ctx.transaction.id, ctx.sender.id]",
});

let bank: ScoreSource;
let warm: ScoreHost;
let cold: ScoreHost;
before(async () => {
  bank = await pack(BANK);
  const scores = [bank, EDGES];
  warm = await createScoreHost({ scores });
  cold = await createScoreHost({ scores, limits: { cacheBytesMax: 0 } });
});
after(() => Promise.all([warm.close(), cold.close()]));

/** Each test's blocks start at a height of their own, so that nothing cached before counts. */
let height = 0;
const blocks = (state: MemoryState, host: ScoreHost = warm) => {
  height += 1000;
  return async (...calls: [string, string, unknown?][]) => {
    height += 1;
    const outcomes = (await host.execute(block(height, calls), state.read)).calls;
    state.apply(outcomes);
    return outcomes;
  };
};

test("a genesis runs each init once, over an empty state at height 0", async () => {
  const state = memoryState();
  const inits = [
    { score: "bank", params: '{"owner":"kim"}' },
    { score: "edges", params: "{}" },
  ];
  const outcomes = await warm.executeGenesis({ inits, timestampMs: 5, organisations: [] });
  state.apply(outcomes);
  assert.deepEqual(
    outcomes.map(({ code, result }) => [code, result]),
    [
      [0, "null"],
      [0, "null"],
    ],
  );
  assert.equal(state.text("bank\0owner"), '"kim"');
});

test("a call's outcome has its result, its writes by key, and its events", async () => {
  const run = blocks(memoryState());
  const [outcome] = await run(["bank", "transfer", { from: "b", to: "a", amount: "7" }]);
  assert.deepEqual(
    {
      ...outcome,
      writes: outcome!.writes.map(({ key, value }) =>
        [key, value].map((part) => Buffer.from(part!).toString()),
      ),
    },
    {
      code: 0,
      message: "",
      result: `{"by":"alice","height":${height}}`,
      writes: [
        ["bank\0account/a", '"1007"'],
        ["bank\0account/b", '"993"'],
      ],
      events: [{ score: "bank", name: "transferred", data: '{"amount":"7","from":"b","to":"a"}' }],
      used: outcome!.used,
    },
  );
});

test("a refusal undoes its own call alone and says why", async () => {
  const state = memoryState();
  const transfer = { from: "a", to: "b", amount: 600 };
  const outcomes = await blocks(state)(
    ["bank", "transfer", transfer],
    ["bank", "spoil"],
    ["bank", "transfer", transfer],
    ["bank", "transfer", { from: "b", to: "c", amount: 1600 }],
  );
  assert.deepEqual(
    outcomes.map(({ code }) => code),
    [0, 9000, 9000, 0],
  );
  assert.deepEqual(
    [outcomes[1]!.message, outcomes[1]!.result, outcomes[1]!.writes, outcomes[1]!.events],
    ["spoiled on purpose", '{"reason":"test"}', [], []],
  );
  assert.equal(outcomes[2]!.message, "balance: 600 is more than the 400 there is");
  assert.deepEqual([state.text("bank\0account/b"), state.text("bank\0spoiled")], ['"0"', undefined]);
});

test("a deleted key is absent for the calls and blocks after it", async () => {
  const state = memoryState();
  const run = blocks(state);
  await run(["bank", "transfer", { from: "a", to: "b", amount: 1 }], ["bank", "forget", { name: "a" }]);
  assert.equal(state.text("bank\0account/a"), undefined);
  await run(["bank", "transfer", { from: "a", to: "b", amount: 1000 }]);
  assert.equal(state.text("bank\0account/a"), '"0"');
});

test("an unknown SCORE and an unknown method are refusals", async () => {
  const [score, method, inherited, query] = await blocks(memoryState())(
    ["none", "x"],
    ["bank", "x"],
    ["bank", "constructor"],
    ["bank", "balance", { name: "a" }],
  );
  assert.deepEqual([score!.code, score!.message], [9000, "there is no SCORE named none in this channel"]);
  assert.deepEqual([method!.code, method!.message], [9000, "the SCORE bank has no invoke method x"]);
  assert.deepEqual([inherited!.code, query!.code], [9000, 9000]);
});

test("a contract knows its block, its transaction and its sender", async () => {
  const [, outcome] = await blocks(memoryState())(["edges", "order"], ["edges", "clock"]);
  assert.equal(
    outcome!.result,
    JSON.stringify([height, 1_700_000_000_000 + height, 1, "1".padStart(64, "0"), "5a".repeat(32)]),
  );
});

test("writes are one per key and sorted by their bytes", async () => {
  const [outcome] = await blocks(memoryState())(["edges", "order"]);
  const keys = outcome!.writes.map(({ key }) => Buffer.from(key).toString("utf8").slice(6));
  assert.deepEqual(keys, ["a", "b", "\uffff", "\u{1f600}"]);
});

for (const method of [
  "hugeValue",
  "hugeResult",
  "hugeKey",
  "manyEvents",
  "badEvent",
  "manyWrites",
  "bigCall",
])
  test(`${method} is a refusal`, async () => {
    const [outcome] = await blocks(memoryState())(["edges", method]);
    assert.deepEqual([outcome!.code, outcome!.writes, outcome!.events], [9000, [], []]);
  });

test("a long message is cut", async () => {
  const [outcome] = await blocks(memoryState())(["edges", "hugeMessage"]);
  assert.equal(outcome!.message, "m".repeat(1024));
});

test("the call that passes a block's bytes is refused and the smaller ones after it stand", async () => {
  const outcomes = await blocks(memoryState())(
    ...Array.from({ length: 4 }, (): [string, string] => ["edges", "sevenMegabytes"]),
    ["edges", "clock"],
  );
  assert.deepEqual(
    outcomes.map(({ code }) => code),
    [0, 0, 0, 9000, 0],
  );
});

test("a contract cannot catch a read that is not known yet and go on from it", async () => {
  const state = memoryState();
  state.values.set("edges\0k", Buffer.from('"v"'));
  const outcomes = await blocks(state)(
    ["edges", "swallow", { key: "k" }],
    ["edges", "swallowAndWrite", { key: "k2" }],
  );
  assert.deepEqual(
    outcomes.map(({ result, writes }) => [result, writes.length]),
    [
      ['"v"', 0],
      ["null", 0],
    ],
  );
});

test("a contract that loops when a read throws gives the same outcome where the read was unknown", async () => {
  const state = memoryState();
  const [outcome] = await blocks(state)(["edges", "loopIfThrown", { key: "k" }]);
  assert.deepEqual([outcome!.code, outcome!.result, warm.status().restarts], [0, '"read"', 0]);
});

test("reads that depend on values read before are followed to the end", async () => {
  const state = memoryState();
  const run = blocks(state);
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
  await run(
    ...names
      .slice(1)
      .map((to, index): [string, string, unknown] => ["bank", "link", { from: names[index], to }]),
  );
  const fresh = blocks(state, cold);
  const outcomes = await fresh(["bank", "walk", { from: "n0" }], ["bank", "walk", { from: "n200" }]);
  assert.deepEqual(JSON.parse(outcomes[0]!.result), names);
  assert.deepEqual(JSON.parse(outcomes[1]!.result), names.slice(200));
});

test("a call reads what earlier calls of its block wrote, though it ran ahead of them at first", async () => {
  const state = memoryState();
  state.values.set("edges\0a", Buffer.from("1"));
  const outcomes = await blocks(state)(
    ["edges", "copy", { from: "a", to: "b" }],
    ["edges", "copy", { from: "b", to: "c" }],
    ["edges", "copy", { from: "c", to: "a" }],
    ["edges", "copy", { from: "zero", to: "a" }],
    ["edges", "copy", { from: "a", to: "b" }],
  );
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    ["1", "1", "1", "null", '"none"'],
  );
});

test("outcomes do not depend on what a cache holds", async () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e");
  const one: fc.Arbitrary<[string, string, unknown]> = fc.oneof(
    fc
      .record({ from: name, to: name, amount: fc.integer({ min: 0, max: 700 }) })
      .map((params): [string, string, unknown] => ["bank", "transfer", params]),
    fc.record({ from: name, to: name }).map((params): [string, string, unknown] => ["edges", "copy", params]),
    fc.record({ name }).map((params): [string, string, unknown] => ["bank", "forget", params]),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(one, { maxLength: 12 }), { maxLength: 6 }), async (chain) => {
      height += 1000;
      const states = [memoryState(), memoryState()] as const;
      for (const calls of chain) {
        height += 1;
        const outcomes = await Promise.all(
          [warm, cold].map((host, index) => host.execute(block(height, calls), states[index]!.read)),
        );
        assert.deepEqual(outcomes[0], outcomes[1]);
        states.forEach((state, index) => {
          state.apply(outcomes[index]!.calls);
        });
      }
    }),
    { numRuns: 40 },
  );
});

test("a known value is not read again while heights follow one another", async () => {
  const state = memoryState();
  let reads = 0;
  const read = (keys: readonly Uint8Array[]) => {
    reads += keys.length;
    return state.read(keys);
  };
  const run = async (at: number) =>
    (await warm.execute(block(at, [["bank", "transfer", { from: "a", to: "b", amount: 1 }]]), read)).calls;
  height += 1000;
  state.apply(await run(height));
  assert.equal(reads, 2);
  state.apply(await run(height + 1));
  assert.equal(reads, 2);
});

test("after a jump in height, or another state below the same height, nothing old is believed", async () => {
  const [one, two] = [memoryState(), memoryState()];
  one.values.set("edges\0k", Buffer.from("1"));
  two.values.set("edges\0k", Buffer.from("2"));
  height += 1000;
  const seen = async (at: number, state: MemoryState) =>
    (await warm.execute(block(at, [["edges", "swallow", { key: "k" }]]), state.read)).calls[0]!.result;
  assert.equal(await seen(height, one), "1");
  assert.equal(await seen(height + 5, two), "2");
});

test("a block executed again gives the same outcomes", async () => {
  const state = memoryState();
  height += 1000;
  const again = block(height, [["bank", "transfer", { from: "a", to: "b", amount: 5 }]]);
  assert.deepEqual(
    (await warm.execute(again, state.read)).calls,
    (await warm.execute(again, state.read)).calls,
  );
});

test("a ledger that cannot read fails the block, not the host", async () => {
  const failing = () => Promise.reject(new Error("disk"));
  height += 1000;
  const one = block(height, [["edges", "swallow", { key: "k" }]]);
  await assert.rejects(warm.execute(one, failing), { code: "STATE_READ_FAILED" });
  await assert.rejects(
    warm.execute(one, () => []),
    { code: "STATE_READ_FAILED" },
  );
  assert.equal((await warm.execute(one, memoryState().read)).calls[0]!.code, 0);
});

test("a closed host says so", async () => {
  const host = await createScoreHost({ scores: [EDGES] });
  await host.close();
  await assert.rejects(host.execute(block(1, []), memoryState().read), { code: "HOST_CLOSED" });
  assert.equal(host.status().state, "closed");
});
