/**
 * What has no end, or no measure, ends in a receipt: in the real process, whose stack and heap are the machine's. None of
 * them may end the process instead.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { block, memoryState, rawScore } from "./fixture.ts";
import { createScoreHost, type ScoreHost } from "./host.ts";

/** Each is the body of a method. */
const ENDLESS: Readonly<Record<string, string>> = {
  loop: "for (;;);",
  "while with an empty body": "while (true);",
  "do while": "do ; while (1)",
  "loop in a condition": "while ((() => true)());",
  "loop that catches": "for (;;) try { for (;;); } catch { continue }",
  "loop that catches and rethrows":
    "const f = () => { try { for (;;); } catch (e) { f() } finally { f() } }; f()",
  recursion: "const f = () => f() + 1; return f()",
  "mutual recursion": "const f = () => g(), g = () => f(); f()",
  "recursion by a default parameter": "const f = (a = f()) => a; f()",
  "recursion by a getter": "const o = { get x() { return this.x } }; o.x",
  "recursion by a conversion": "const o = { toString() { return '' + this } }; return '' + o",
  "recursion by a constructor": "class A { constructor() { new A() } } new A()",
  "recursion by a field": "class A { x = new A() } new A()",
  "recursion by a static block": "const f = () => { class A { static { f() } } }; f()",
  "recursion by a computed key": "const f = () => ({ [f()]: 1 }); f()",
  "recursion by a tag": "const t = () => t``; t``",
  "recursion by a callback": "const f = () => [1].map(f); f()",
  "recursion by a spread's getter": "const o = { get x() { return { ...o } } }; o.x",
  "recursion by a rest's getter": "const o = { get x() { const { a, ...b } = o; return b } }; o.x",
  "recursion by spread arguments": "const f = (...a) => f(...a, 1); f()",
  "recursion by an iterator": "const o = { [Symbol.iterator]: () => [...o] }; [...o]",
  "recursion by a message": "const o = { toString: () => new Error(o).message }; new Error(o)",
  "recursion by a key": "const o = { toString: () => o in {} }; o in {}",
  "recursion by a number read": "const o = { toString: () => parseInt(o) }; parseInt(o)",
  "recursion by a reflected setter": "const o = { set x(to) { Reflect.set(o, 'x', to) } }; o.x = 1",
  "recursion by an array's getter":
    "const a = [1]; Object.defineProperty(a, 0, { get: () => a.toSorted() }); a.toSorted()",
  "recursion that catches": "const f = () => { try { f() } catch { f() } }; f()",
  "a text that doubles": "let s = 'x'; for (;;) s += s",
  "a text that doubles in a property": "const o = { s: 'x' }; for (;;) o.s += o.s",
  "a template that doubles": `let s = 'x'; for (;;) s = \`\${s}\${s}\``,
  "an array that grows": "const a = []; for (;;) a[a.length] = 1",
  "an array that doubles": "let a = [1]; for (;;) a = [...a, ...a]",
  "an object that grows": "const o = {}; for (let i = 0; ; i++) o['k' + i] = i",
  "errors that are kept": "const a = []; for (;;) a[a.length] = new Error('x')",
  "errors of the engine that are kept": "const a = []; for (;;) try { null.x } catch (e) { a[a.length] = e }",
  "collections that are kept": "const a = []; for (;;) a[a.length] = new Map()",
  "objects without a prototype that are kept": "const a = []; for (;;) a[a.length] = Object.create(null)",
  "objects that lost a property":
    "const a = []; for (;;) { const o = { a: 1, b: 2, c: 3, d: 4 }; delete o.a; a[a.length] = o }",
  "arrays that are made long": "const a = []; for (;;) { const b = []; b.length = 1048576; a[a.length] = b }",
  "classes that are kept": "const a = []; for (;;) a[a.length] = class { static a = 1; m() {} }",
  "closures that are kept": "const a = []; for (;;) a[a.length] = () => a",
  "an endless iterator that is spread":
    "return [...{ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) }]",
};

const NAMES = Object.keys(ENDLESS);
const SCORE = rawScore(
  "endless",
  Object.fromEntries(Object.values(ENDLESS).map((program, index) => [`m${index}`, program])),
);

let host: ScoreHost;
before(async () => {
  host = await createScoreHost({ scores: [SCORE], limits: { callsDeadlineMs: 60_000, attemptsMax: 1 } });
});
after(() => host.close());

let height = 0;
const run = async (index: number) => {
  height++;
  return (await host.execute(block(height, [["endless", `m${index}`]]), memoryState().read)).calls[0]!;
};

NAMES.forEach((name, index) => {
  test(`${name} ends, at the same count each time`, async () => {
    const once = await run(index);
    assert.equal(once.code, 9000);
    assert.match(once.message, /^the call('s functions call one another too deep| takes more than)/);
    assert.deepEqual(await run(index), once);
    assert.equal(host.status().restarts, 0);
  });
});
