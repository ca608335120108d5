/**
 * Attempts to leave the sandbox, reach another call, or learn what differs between machines. Every method
 * returns "contained" or what it got hold of; those that only need to fail may throw.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { block, memoryState, rawScore } from "./fixture.ts";
import { createScoreHost, type ScoreHost } from "./host.ts";

const attempt = (code: string): string =>
  `try { const got = (() => { ${code} })(); return got === undefined ? "contained" : got; } catch { return "contained"; }`;

const ATTEMPTS: Readonly<Record<string, string>> = {
  functionConstructor: attempt('return ctx.emit.constructor("return process")().pid'),
  arrayConstructor: attempt('return typeof [].constructor.constructor("return globalThis")()'),
  globalFunction: attempt('return Function("return 1")()'),
  stateConstructor: attempt('return ctx.state.get.constructor("return process")().pid'),
  thisLeak: attempt("return (function () { return this; })()"),
  globalNames: attempt(
    "return Object.getOwnPropertyNames(globalThis).includes('process') ? 'process' : undefined",
  ),
  calleeCaller: attempt("return (function () { return arguments.callee.caller; })()"),
  functionCaller: attempt("function f() { return f.caller; } return f()"),
  objectPollution: attempt("Object.prototype.polluted = 1; return ({}).polluted"),
  protoPollution: attempt("({}).__proto__.polluted = 1; return ({}).polluted"),
  definePollution: attempt("Object.defineProperty(Array.prototype, 'at', { value: 1 }); return 'defined'"),
  setPrototype: attempt("Object.setPrototypeOf(Array.prototype, { polluted: 1 }); return [].polluted"),
  functionProperty: attempt("Array.prototype.push.left = 1; return Array.prototype.push.left"),
  globalVariable: attempt("globalThis.left = 1; return globalThis.left"),
  undeclared: attempt("undeclared = 1; return undeclared"),
  jsonPatch: attempt("JSON.stringify = () => 'x'; return 'patched'"),
  consolePatch: attempt("console.log = 1; return 'patched'"),
  prepareStackTrace: attempt(
    "Error.prepareStackTrace = (e, frames) => frames.map((f) => f.getThis?.() ?? f.getFileName?.()); const s = new Error('x').stack; return typeof s === 'string' ? undefined : s",
  ),
  captureStackTrace: attempt(
    "const o = {}; Error.captureStackTrace(o); return /[/\\\\\\\\]/.test(String(o.stack)) ? o.stack : undefined",
  ),
  stackPaths: attempt(
    "const s = String(new Error('x').stack); return /node:|file:|\\.js|\\//.test(s) ? s : undefined",
  ),
  regexpStatics: attempt("/a/.exec('a'); return RegExp.lastMatch ?? RegExp.$1"),
  errorStack: attempt("return Object.hasOwn(new RangeError('x'), 'stack') ? 'stack' : undefined"),
  symbolRegistry: attempt("return typeof Symbol.for === 'function' ? 'registry' : undefined"),
  functionText: attempt("return String(() => 1).includes('=>') ? 'text' : undefined"),
  dateText: attempt("return Number.isNaN(new Date('Jan 1 2020').getTime()) ? undefined : 'read'"),
  dateOfPrototype: attempt(
    "return Number.isNaN(new (new Date(0).constructor)('2020').getTime()) ? undefined : 'read'",
  ),
  evalName: attempt("return (0, globalThis.eval)('1')"),
  now: attempt("return Date.now()"),
  newDate: attempt("const t = new Date().getTime(); return Number.isNaN(t) ? undefined : t"),
  dateCall: attempt("const t = Date(); return /\\d/.test(t) ? t : undefined"),
  zone: attempt(
    "return new Date(0).getHours() === 0 && new Date(2020, 6, 1).getTime() === Date.UTC(2020, 6, 1) ? undefined : 'zone'",
  ),
  random: attempt("return Math.random()"),
};

const MISSING =
  "process require global Buffer setTimeout setInterval setImmediate queueMicrotask performance fetch Intl Atomics " +
  "SharedArrayBuffer ArrayBuffer Uint8Array Float64Array DataView WebAssembly WeakRef FinalizationRegistry eval Promise " +
  "Proxy Compartment lockdown harden Iterator structuredClone crypto navigator TextEncoder";

const SCORE = rawScore(
  "escape",
  {
    ...ATTEMPTS,
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

for (const name of Object.keys(ATTEMPTS))
  test(`${name} is contained`, async () => {
    const [outcome] = await run(name);
    assert.deepEqual([outcome!.code, outcome!.result], [0, '"contained"'], JSON.stringify(outcome));
  });

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
  "names a helper of the meter": "dure$m.steps = 1e9;",
  "names one by an escape": "du\\u0072e$m.steps = 1e9;",
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
