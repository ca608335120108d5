/** What a contract finds in its realm, what becomes of odd values, and which sources are refused. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { block, memoryState, rawScore } from "../fixture.ts";
import { createScoreHost, type ScoreHost } from "../host.ts";

const MISSING =
  "process require global Buffer setTimeout setInterval setImmediate queueMicrotask performance fetch Intl Atomics " +
  "SharedArrayBuffer ArrayBuffer Uint8Array Float64Array DataView WebAssembly WeakRef FinalizationRegistry eval Promise " +
  "Proxy Compartment lockdown harden Iterator structuredClone crypto navigator TextEncoder";

const SCORE = rawScore(
  "escape",
  {
    missing: `return [${MISSING.split(" ")
      .map((name) => `typeof ${name}`)
      .join(", ")}].filter((type) => type !== "undefined").length`,
    methods: `return ["".normalize, "".localeCompare, "".toLocaleUpperCase, (1).toLocaleString, [].toLocaleString,
      Math.sin, Math.pow, Math.exp, Math.hypot, Object.groupBy, Array.fromAsync, new Set().union, Map.groupBy,
      [][Symbol.iterator]().map, Date.prototype.toLocaleString].filter((method) => method !== undefined).length`,
    count: "counter += 1; seen.push(counter); return [counter, seen.length]",
    spoilContext:
      "ctx.sender.roles.push('admin'); ctx.block.height = 9; ctx.emit.left = 1; return ctx.sender.roles",
    spoilTable: "this.count = () => 'replaced'; return null",
    getterResult: "return { get a() { return 1; } }",
    getterState: "ctx.state.set('a', { get b() { counter = 9; return 1; } })",
    getterMessage:
      "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { return 'ran'; } }); throw e",
    throwNull: "throw null",
    throwObject: "throw { toString() { return 'ran'; }, get message() { return 'ran'; } }",
    fakeRefusal: "throw { code: 9000, message: 'mine', details: { get a() { return 'ran'; } } }",
    thenable: "return { then(resolve) { resolve(1); } }",
    setter: "return params.a",
    loneSurrogate: "throw new Error('a\\ud800b')",
    engineWords: "null.x",
    otherKeys: "ctx.state.set('x', 1); return ctx.state.get('\\u0000other\\u0000x') ?? null",
  },
  {},
  "let counter = 0; const seen = [];",
);

const state = memoryState();
let host: ScoreHost;
let height = 0;
before(async () => {
  host = await createScoreHost({ scores: [SCORE] });
});
after(() => host.close());

const run = async (...methods: (string | [string, string])[]) => {
  height += 1;
  const calls = methods.map((method): [string, string, unknown?] =>
    typeof method === "string" ? ["escape", method] : ["escape", ...method],
  );
  const outcomes = (await host.execute(block(height, calls), state.read)).calls;
  state.apply(outcomes);
  return outcomes;
};

test("names that run code, wait, or hold memory do not exist", async () => {
  assert.equal((await run("missing"))[0]!.result, "0");
});

test("methods that differ between engines and machines do not exist", async () => {
  assert.equal((await run("methods"))[0]!.result, "0");
});

test("no call sees what another left in the module, its context or its tables", async () => {
  const outcomes = await run("count", "spoilContext", "spoilTable", "count", "spoilContext");
  assert.deepEqual(
    outcomes.map(({ result }) => result),
    ["[1,1]", "null", "null", "[1,1]", "null"],
  );
  assert.deepEqual(
    outcomes.map(({ code }) => code),
    [0, 9000, 0, 0, 9000],
  );
});

test("getters of results, values and errors never run in the host", async () => {
  for (const outcome of await run("getterResult", "getterState")) {
    assert.equal(outcome.code, 9000);
    assert.match(outcome.message, /accessor/);
  }
  for (const outcome of await run("getterMessage", "throwObject", "fakeRefusal")) {
    assert.equal(outcome.code, 9000);
    assert.doesNotMatch(outcome.message + outcome.result, /ran/);
  }
});

test("a thenable is a refusal, and nobody calls it", async () => {
  assert.equal((await run("thenable"))[0]!.code, 9000);
});

test("parameters with a key __proto__, or that are no object, are refused", async () => {
  for (const params of [
    '{"__proto__":{"a":1}}',
    '{"b":{"\\u005f_proto__":1}}',
    "[]",
    "null",
    "1",
    "",
    "{",
    '{"a":1e999}',
  ])
    assert.equal((await run(["setter", params]))[0]!.code, 9000, params);
  assert.equal((await run(["setter", '{"a":1}']))[0]!.result, "1");
});

test("throwing null is a refusal with a message of its own", async () => {
  const [outcome] = await run("throwNull");
  assert.deepEqual([outcome!.code, outcome!.message], [9000, "the method threw without a message"]);
});

test("a message is well-formed, and the engine's words stay out of it", async () => {
  const [lone, engine] = await run("loneSurrogate", "engineWords");
  assert.equal(lone!.message, "a\ufffdb");
  assert.equal(engine!.message, "the method threw a TypeError");
  assert.match(engine!.diagnostic!, /null/);
});

test("a key with NUL names nothing of another SCORE", async () => {
  const [outcome] = await run("otherKeys");
  assert.equal(outcome!.result, "null");
  assert.deepEqual(Buffer.from(outcome!.writes[0]!.key).toString(), "escape\0x");
});

for (const [name, source] of Object.entries({
  "closes the function around it": "}; leak = 1; function f() {",
  "closes the wrapper's parenthesis": "}) ; (function () {",
  "imports at run time": 'import("node:fs");',
  "imports a module": 'import fs from "node:fs";',
  "requires a module": 'require("node:fs");',
  "is not JavaScript": "let let = 1",
  "is async": "const later = async () => 1;",
  "makes generators": "function* numbers() { yield 1; }",
  "makes async generators": "const later = { async *numbers() { yield 1; } };",
  "is of a newer syntax": "const pattern = /[a--b]/v;",
  "nests too deep": `const deep = ${"(".repeat(3000)}1${")".repeat(3000)};`,
  "nests without brackets": `const deep = ${"!".repeat(3000)}1;`,
  "chains without end": `const long = 1${"+1".repeat(3000)};`,
  "exports no contract": "module.exports = { default: {} }",
  "is of another name": SCORE.source.replace('name: "escape"', 'name: "other"'),
}))
  test(`a source that ${name} does not load`, async () => {
    await assert.rejects(createScoreHost({ scores: [{ ...SCORE, source }] }), { code: "CONTRACT_INVALID" });
  });
