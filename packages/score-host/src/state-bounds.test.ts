/** How much of a state a block may look at: large values, many keys, and what an activation writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { VALUE_BYTES_MAX, WRITES_MAX } from "./bounds.ts";
import { block, memoryState, rawScore } from "./fixture.ts";
import { createScoreHost } from "./host.ts";

/** A value that is as long as one may be, and six times as long in JSON within JSON. */
const LARGE = Buffer.from(JSON.stringify("\u0001".repeat(VALUE_BYTES_MAX / 6 - 1)));

const READER = rawScore("reader", {
  look: "let there = 0; for (let i = 0; i < params.count; i++) if (ctx.state.has('k' + i)) there++; return there",
  guess:
    "let there = 0; for (let i = 0; i < params.count; i++) try { if (ctx.state.has('k' + i)) there++; } catch {} return there",
  hold: "const all = []; for (let i = 0; i < params.count; i++) all.push(ctx.state.get('k' + i)); return all.length",
});

for (const attemptsMax of [1, 2])
  test(`values that no message could hold together are read, and held within the heap, in the first of ${attemptsMax} attempts`, async () => {
    const host = await createScoreHost({ scores: [READER], limits: { memoryMb: 128, attemptsMax } });
    const method = attemptsMax === 1 ? "look" : "guess";
    const read = (keys: readonly Uint8Array[]) => keys.map(() => LARGE);
    try {
      const { calls } = await host.execute(
        block(1, [
          ["reader", method, { count: 500 }],
          ["reader", "hold", { count: 500 }],
        ]),
        read,
      );
      assert.deepEqual(
        calls.map(({ code, result }) => [code, result]),
        [
          [0, "500"],
          [9000, "null"],
        ],
      );
      assert.match(calls[1]!.message, /bytes of memory/);
      assert.equal(host.status().restarts, 0);
    } finally {
      await host.close();
    }
  });

test("a call asks for no more keys than its steps allow, which a block's time allows too", async () => {
  const host = await createScoreHost({ scores: [READER] });
  try {
    const { calls } = await host.execute(
      block(1, [["reader", "look", { count: 62_000 }]]),
      memoryState().read,
    );
    assert.deepEqual([calls[0]!.code, calls[0]!.used.steps], [9000, 20_000_000]);
  } finally {
    await host.close();
  }
});

test("what an activation may write and emit leaves room for what the store writes of it", async () => {
  const store = rawScore("score-store", { applied: "ctx.state.set('note', 1); ctx.emit('activated', 1)" });
  const grown = rawScore("grown", {});
  const init = `init(ctx) { for (let i = 0; i < ${WRITES_MAX}; i++) ctx.state.set("k" + i, 1); for (let i = 0; i < 64; i++) ctx.emit("e", i); }`;
  const source = grown.source.replace("invoke: {", `${init}, invoke: {`);
  assert.notEqual(source, grown.source);
  const activation = {
    ...({
      score: "grown",
      version: grown.version,
      action: "deploy",
      source,
      manifest: "",
      from: "",
    } as const),
    ...{ params: "{}", entry: "{}", refusal: "" },
  };
  const host = await createScoreHost({ scores: [store] });
  try {
    const { activations } = await host.execute(
      { ...block(1, []), activations: [activation] },
      memoryState().read,
    );
    assert.deepEqual(
      activations.map(({ code, writes, events }) => [code, writes.length, events.length]),
      [[0, WRITES_MAX + 1, 65]],
    );
  } finally {
    await host.close();
  }
});
