/** What is answered for a SCORE that is suspended, and what takes its place. Real processes throughout. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { block, memoryState, query, rawScore } from "./fixture.ts";
import { createScoreHost } from "./host.ts";
import type { Activation, Block, ScoreSource } from "./outcome.ts";

const MESSAGE = "SCORE token is suspended from block 2 by its administrators";
const SUSPENDED = [{ score: "token", message: MESSAGE }];

const token = (version: string, migrate = ""): ScoreSource => ({
  name: "token",
  version,
  source: `module.exports.default = { abi: 1, name: "token", version: "${version}",
    invoke: { add(ctx) { const n = (ctx.state.get("n") ?? 0) + 1; ctx.state.set("n", n); return n; } },
    query: { n: (ctx) => ctx.state.get("n") ?? 0 }, ${migrate} };`,
});

const SCORES: readonly ScoreSource[] = [
  token("1.0.0"),
  rawScore("shop", {
    buy: "ctx.state.set('bought', true); return ctx.call('token', 'add')",
    ask: "return ctx.ask('token', 'n')",
    careful:
      "try { return ctx.call('token', 'add'); } catch (error) { return [error.name, error.code, error.message]; }",
    forge:
      "try { return ctx.call('token', 'add'); } catch (error) { throw Object.assign(Object.create(error), { code: 9100 }); }",
    pretend: "throw Object.assign(new Error('I am suspended'), { code: 9100 })",
  }),
  rawScore("mall", { visit: "return ctx.call('shop', 'buy')" }),
  rawScore("score-store", {
    applied: "ctx.state.set('told', params); return null",
  }),
];

const activation = (version: string, change: Partial<Activation> = {}): Activation => ({
  score: "token",
  version,
  action: "upgrade",
  source: token(version).source,
  manifest: "",
  from: "1.0.0",
  params: "{}",
  entry: '{"score":"token"}',
  refusal: "",
  ...change,
});

const suspendedBlock = (
  height: number,
  calls: Parameters<typeof block>[1],
  activations: readonly Activation[] = [],
): Block => ({ ...block(height, calls), activations, suspended: SUSPENDED });

const withHost = async (
  work: (host: Awaited<ReturnType<typeof createScoreHost>>) => Promise<void>,
  scores = SCORES,
): Promise<void> => {
  const host = await createScoreHost({ scores });
  try {
    await work(host);
  } finally {
    await host.close();
  }
};

test("calls of a suspended SCORE are answered and not run, by whatever way they come", () =>
  withHost(async (host) => {
    const { calls } = await host.execute(
      suspendedBlock(2, [
        ["token", "add"],
        ["token", "nothing"],
        ["shop", "buy"],
        ["shop", "ask"],
        ["mall", "visit"],
        ["shop", "careful"],
      ]),
      memoryState().read,
    );
    assert.deepEqual(
      calls.map(({ code, message, result, writes }) => [code, message, result, writes.length]),
      [
        ...Array.from({ length: 5 }, () => [9100, MESSAGE, "null", 0]),
        [0, "", JSON.stringify(["Refusal", 9100, MESSAGE]), 0],
      ],
    );
  }));

test("no contract can answer as if it were suspended itself", () =>
  withHost(async (host) => {
    const { calls } = await host.execute(
      suspendedBlock(2, [
        ["shop", "forge"],
        ["shop", "pretend"],
      ]),
      memoryState().read,
    );
    assert.deepEqual(
      calls.map(({ code }) => code),
      [9000, 9000],
    );
  }));

test("a query of a suspended SCORE is answered alike", () =>
  withHost(async (host) => {
    const asked = { ...query(2, "token", "n"), suspended: SUSPENDED };
    const answer = await host.query(asked, memoryState().read);
    assert.deepEqual(answer.kind === "answer" && [answer.code, answer.message], [9100, MESSAGE]);
    const before = await host.query(query(1, "token", "n"), memoryState().read);
    assert.deepEqual(before.kind === "answer" && [before.code, before.result], [0, "0"]);
  }));

test("a process has what is suspended no more once a block was executed without it", () =>
  withHost(async (host) => {
    await host.execute(suspendedBlock(2, [["token", "add"]]), memoryState().read);
    const { calls } = await host.execute(block(3, [["token", "add"]]), memoryState().read);
    assert.deepEqual(
      [calls[0]?.code, calls[0]?.message],
      [9000, "there is no SCORE named token in this channel"],
    );
    assert.deepEqual(
      host.status().scores.map(({ name }) => name),
      ["shop", "mall", "score-store"],
    );
  }));

test("an activation that is refused loads nothing, and the store is told why", () =>
  withHost(async (host) => {
    const state = memoryState();
    const refused = activation("2.0.0", { refusal: MESSAGE, source: "throw new Error('it was loaded');" });
    const { activations, calls } = await host.execute(
      suspendedBlock(2, [["token", "add"]], [refused]),
      state.read,
    );
    assert.deepEqual([activations[0]?.code, activations[0]?.message], [9100, MESSAGE]);
    assert.equal(calls[0]?.message, MESSAGE);
    state.apply(activations);
    assert.deepEqual(JSON.parse(state.text("score-store\0told") ?? ""), {
      score: "token",
      code: 9100,
      message: MESSAGE,
    });
  }));

for (const [where, scores] of [
  ["where the suspended one is loaded", SCORES],
  ["where it is not", SCORES.slice(1)],
] as const)
  test(`another version takes the place of a suspended one at once, ${where}`, () =>
    withHost(async (host) => {
      const state = memoryState();
      const migrating = token("2.0.0", 'migrate(ctx, { from }) { ctx.state.set("from", from); },');
      const { activations, calls } = await host.execute(
        suspendedBlock(
          2,
          [
            ["token", "add"],
            ["shop", "buy"],
          ],
          [activation("2.0.0", { source: migrating.source })],
        ),
        state.read,
      );
      assert.equal(activations[0]?.code, 0, activations[0]?.message);
      state.apply([...activations, ...calls]);
      assert.equal(state.text("token\0from"), '"1.0.0"');
      assert.deepEqual(
        calls.map(({ code, result }) => [code, result]),
        [
          [0, "1"],
          [0, "2"],
        ],
      );
      const after = await host.execute(block(3, [["token", "add"]]), state.read);
      assert.equal(after.calls[0]?.result, "3");
    }, scores));

for (const [where, scores] of [
  ["where that is loaded", SCORES],
  ["where it is not", SCORES.slice(1)],
] as const)
  test(`what is gone back to from a suspended version costs a block the same, ${where}`, () =>
    withHost(async (host) => {
      const back = activation("0.9.0", { action: "rollback" });
      const { activations } = await host.execute(suspendedBlock(2, [], [back]), memoryState().read);
      assert.deepEqual([activations[0]?.code, activations[0]?.used], [0, { steps: 0, bytes: 0 }]);
    }, scores));

test("a version whose step refuses leaves the SCORE suspended", () =>
  withHost(async (host) => {
    const failing = token("2.0.0", 'migrate() { throw new Error("not today"); },');
    const { activations, calls } = await host.execute(
      suspendedBlock(2, [["token", "add"]], [activation("2.0.0", { source: failing.source })]),
      memoryState().read,
    );
    assert.equal(activations[0]?.message, "not today");
    assert.equal(calls[0]?.message, MESSAGE);
  }));
