/**
 * A module is as if it were evaluated for each call: whatever a call leaves behind in it is gone for the next, however it
 * was kept, although the module that is evaluated once serves them all. Each line keeps a count of its own somewhere in
 * the module; the count that a call sees must always be its first.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { block, memoryState, rawScore } from "./fixture.ts";
import { createScoreHost, type ScoreHost } from "./host.ts";
import type { ScoreSource } from "./outcome.ts";

/** What stands in the module, and the expression that counts in it. */
const KEEPERS: Readonly<Record<string, readonly [module: string, count: string]>> = {
  "a variable": ["let n = 0", "++n"],
  "a variable, assigned": ["let n = 0", "(n = n + 1)"],
  "a variable, by compound assignment": ["let n = 0", "(n += 1)"],
  "a variable, if it has no value": ["let n", "(n ??= 0, n = n + 1)"],
  "a variable, by a pattern": ["let n = 0", "([n] = [n + 1], n)"],
  "a variable, by an object's pattern": ["let n = 0", "(({ a: n } = { a: n + 1 }), n)"],
  "a variable, by a loop's head": ["let n = 0", "(() => { for (n of [n + 1]); return n })()"],
  "a variable, by the keys of a loop": ["let n = '0'", "(() => { for (n in { [+n + 1]: 1 }); return +n })()"],
  "a var in a block": ["{ var n = 0 }", "++n"],
  "a function that is written over": [
    "function f() { return 1 }",
    "(() => { const was = f(); f = () => was + 1; return was })()",
  ],
  "a closure's variable": ["const f = (() => { let n = 0; return () => ++n })()", "f()"],
  "a closure's parameter": ["const f = ((n) => () => ++n)(0)", "f()"],
  "a closure's variable in a block": ["let f; { let n = 0; f = () => ++n }", "f()"],
  "a variable of a loop": [
    "const fs = []; for (let n = 0; n < 1; n++) fs[n] = () => { n += 1; return n }",
    "fs[0]()",
  ],
  "a variable of a loop over values": [
    "const fs = []; for (let n of [0]) fs[fs.length] = () => ++n",
    "fs[0]()",
  ],
  "a variable of a switch": ["let f; switch (1) { case 0: case 1: let n = 0; f = () => ++n }", "f()"],
  "an object of a switch": ["let f; switch (1) { case 1: const o = { n: 0 }; f = () => ++o.n }", "f()"],
  "an object of a loop": ["let f; for (const o of [{ n: 0 }]) f = () => ++o.n", "f()"],
  "an object in a loop's head": ["let f; for (let o = { n: 0 }, g = (f = () => ++o.n); false; ); ", "f()"],
  "an object of a block": ["let f; { const o = { n: 0 }; f = () => ++o.n }", "f()"],
  "what a clause caught": ["let f; try { null.x } catch (e) { f = () => (e.n = (e.n ?? 0) + 1) }", "f()"],
  "what a clause caught, taken apart": [
    "let f; try { throw { o: { n: 0 } } } catch ({ o }) { f = () => ++o.n }",
    "f()",
  ],
  "a default of a parameter": ["const f = ((o = { n: 0 }) => () => ++o.n)()", "f()"],
  "a function among the defaults": ["const f = ((o = { n: 0 }, g = () => ++o.n) => g)()", "f()"],
  "a function among the defaults of one that throws": [
    "let f; const keep = (g) => { f = g }; try { ((o = { n: 0 }, a = keep(() => ++o.n), b = null.x) => 0)() } catch {}",
    "f()",
  ],
  "the rest of the parameters": ["const f = ((...a) => () => a.push(1))()", "f()"],
  "the arguments": ["const f = (function () { return () => (arguments[0].n += 1) })({ n: 0 })", "f()"],
  "this of a function": ["const f = (function () { return () => ++this.n }).call({ n: 0 })", "f()"],
  "this of a method": ["const f = { n: 0, m() { return () => ++this.n } }.m()", "f()"],
  "this of a constructor": [
    "let f; class A { constructor() { this.n = 0; f = () => ++this.n } } new A()",
    "f()",
  ],
  "this of a derived constructor": [
    "let f; class A {} class B extends A { constructor() { super(); this.n = 0; f = () => ++this.n } } new B()",
    "f()",
  ],
  "this of a field": ["const f = new (class { n = 0; f = () => ++this.n })().f", "f()"],
  "this of a derived field": [
    "const f = new (class extends (class {}) { n = 0; f = () => ++this.n })().f",
    "f()",
  ],
  "this of a static block": ["let f; (class { static n = 0; static { f = () => ++this.n } })", "f()"],
  "this of a static field": ["const f = (class { static n = 0; static f = () => ++this.n }).f", "f()"],
  "a variable of a static block": ["let f; (class { static { let n = 0; f = () => ++n } })", "f()"],
  "an object of a static block": ["let f; (class { static { const o = { n: 0 }; f = () => ++o.n } })", "f()"],
  "new.target": ["let f; const A = function () { f = () => ++new.target.n }; A.n = 0; new A()", "f()"],
  "a class by its own name": ["const f = (class B { static n = 0; static f = () => ++B.n }).f", "f()"],
  "a function by its own name": ["const f = (function g() { g.n = 0; return () => ++g.n })()", "f()"],
  "a private field": ["class A { #n = 0; next() { return ++this.#n } } const a = new A()", "a.next()"],
  "a private field, assigned": [
    "class A { #n = 0; next() { this.#n = this.#n + 1; return this.#n } } const a = new A()",
    "a.next()",
  ],
  "a private field, compound": [
    "class A { #n = 0; next() { return (this.#n += 1) } } const a = new A()",
    "a.next()",
  ],
  "a static private field": ["class A { static #n = 0; static next() { return ++A.#n } }", "A.next()"],
  "an object in a private field": [
    "class A { #o = { n: 0 }; next() { return ++this.#o.n } } const a = new A()",
    "a.next()",
  ],
  "an object put into a private field": [
    "class A { #o; constructor() { this.#o = { n: 0 } } next() { return ++this.#o.n } } const a = new A()",
    "a.next()",
  ],
  "a private method's object": [
    "class A { #m() { return o } next() { return ++this.#m().n } } const o = { n: 0 }, a = new A()",
    "a.next()",
  ],
  "a property": ["const o = { n: 0 }", "++o.n"],
  "a property that is new": ["const o = {}", "(o.n = (o.n ?? 0) + 1)"],
  "a property that is deleted": [
    "const o = { n: 1 }",
    "(() => { const n = o.n ?? 2; delete o.n; return n })()",
  ],
  "a nested property": ["const o = { a: [{ n: 0 }] }", "++o.a[0].n"],
  "a property of a getter's function": [
    "const o = { get g() { return 1 } }",
    "(() => { const { get } = Object.getOwnPropertyDescriptor(o, 'g'); return (get.n = (get.n ?? 0) + 1) })()",
  ],
  "a property behind a getter": [
    "const o = (() => { const p = { n: 0 }; return { get p() { return p } } })()",
    "++o.p.n",
  ],
  "a setter": ["let n = 0; const o = { set s(v) { n += v } }", "(o.s = 1, n)"],
  "an array": ["const a = []", "a.push(1)"],
  "an array's element": ["const a = [0]", "++a[0]"],
  "an array's length": ["const a = [1, 2]", "(() => { const n = 3 - a.length; a.length = 0; return n })()"],
  "a sorted array": ["const a = [2, 1]", "(() => { const n = a[0] - 1; a.sort(); return n })()"],
  "a function's property": ["const f = () => 1", "(f.n = (f.n ?? 0) + 1)"],
  "a function's prototype": ["function F() {}", "(F.prototype.n = (F.prototype.n ?? 0) + 1)"],
  "a class's prototype": ["class A {}", "(A.prototype.n = (A.prototype.n ?? 0) + 1)"],
  "an instance": ["class A { n = 0 } const a = new A()", "++a.n"],
  "a map": ["const m = new Map()", "(m.set(m.size, 1), m.size)"],
  "an object in a map": ["const m = new Map([[1, { n: 0 }]])", "++m.get(1).n"],
  "a key of a map": ["const m = new Map([[{ n: 0 }, 1]])", "++[...m.keys()][0].n"],
  "a map that is cleared": [
    "const m = new Map([[1, 1]])",
    "(() => { const n = 2 - m.size; m.clear(); return n })()",
  ],
  "a map by a borrowed method": [
    "const m = new Map(); Object.setPrototypeOf(m, null)",
    "(() => { const n = Map.prototype.has.call(m, 1) ? 2 : 1; Map.prototype.set.call(m, 1, 1); return n })()",
  ],
  "a map without its methods": [
    "class M extends Map { forEach() { throw 1 } } const m = new M()",
    "(m.set(m.size, 1), m.size)",
  ],
  "a set": ["const s = new Set()", "(s.add(s.size), s.size)"],
  "an object in a set": ["const s = new Set([{ n: 0 }])", "++[...s][0].n"],
  "a weak map": ["const w = new WeakMap(), k = {}", "(w.set(k, (w.get(k) ?? 0) + 1), w.get(k))"],
  "an object in a weak map": ["const k = {}, w = new WeakMap([[k, { n: 0 }]])", "++w.get(k).n"],
  "a weak map that forgets": [
    "const k = {}, w = new WeakMap([[k, 1]])",
    "(() => { const n = w.get(k) ?? 2; w.delete(k); return n })()",
  ],
  "a weak set": [
    "const k = {}, w = new WeakSet()",
    "(() => { const n = w.has(k) ? 2 : 1; w.add(k); return n })()",
  ],
  "a date": ["const d = new Date(0)", "(d.setTime(d.getTime() + 1), d.getTime())"],
  "an iterator of an array": ["const i = [1, 2, 3].values()", "i.next().value"],
  "an iterator of a map": ["const i = new Map([[1, 1], [2, 2]]).keys()", "i.next().value"],
  "an iterator of a set": ["const i = new Set([1, 2]).values()", "i.next().value"],
  "an iterator of a text": ["const i = '123'[Symbol.iterator]()", "+i.next().value"],
  "an iterator of matches": ["const i = '123'.matchAll(/./g)", "+i.next().value[0]"],
  "an iterator without its prototype": [
    "const i = [1, 2].values(), { next } = i; Object.setPrototypeOf(i, null)",
    "next.call(i).value",
  ],
  "an iterator in a closure": ["const f = ((i) => () => i.next().value)([1, 2].values())", "f()"],
  "where a pattern goes on": ["const r = /1/g", "(r.test('11'), r.lastIndex)"],
  "a sticky pattern": ["const r = /1/y", "(r.exec('11'), r.lastIndex)"],
  "a bound function's this": ["const f = function () { return ++this.n }.bind({ n: 0 })", "f()"],
  "a bound function's argument": ["const f = ((o) => ++o.n).bind(undefined, { n: 0 })", "f()"],
  "a symbol's property": ["const k = Symbol(), o = { [k]: 0 }", "++o[k]"],
  "a hidden property": ["const o = Object.defineProperty({}, 'n', { value: 0, writable: true })", "++o.n"],
  "an object made by a native": ["const o = JSON.parse('{\"n\":0}')", "++o.n"],
  "an object from entries": ["const o = Object.fromEntries([['n', 0]])", "++o.n"],
  "an object that inherits": ["const p = { n: 0 }, o = Object.create(p)", "++Object.getPrototypeOf(o).n"],
  "a template's texts": [
    "const tag = (parts) => parts; const f = () => tag`x`",
    "(() => { const p = f(); try { p.n = (p.n ?? 0) + 1; return p.n } catch { return 1 } })()",
  ],
  "its module": ["", "(module.n = (module.n ?? 0) + 1)"],
  "its exports": ["", "(module.exports.n = (module.exports.n ?? 0) + 1)"],
  "its contract": ["", "(module.exports.default.n = (module.exports.default.n ?? 0) + 1)"],
  "its exports, written over": [
    "let was",
    "(() => { const n = exports.n ?? 0; exports = { n: n + 1 }; return n + 1 })()",
  ],
  "this of the methods": ["", "(this.n = (this.n ?? 0) + 1)"],
  "an error that is swallowed": ["const o = { n: 0 }", "(() => { try { o.n++ } catch {} return o.n })()"],
  "an error that a finally swallows": [
    "const o = { n: 0 }",
    "(() => { try { o.n++ } finally { return o.n } })()",
  ],
  "an error in a handler that a finally swallows": [
    "const o = { n: 0 }",
    "(() => { try { throw 1 } catch { o.n++ } finally { return o.n } })()",
  ],
  "an error that a loop leaves": [
    "const o = { n: 0 }",
    "(() => { for (;;) try { o.n++ } finally { break } return o.n })()",
  ],
  "a write that only fails": ["const o = { n: 0 }", "(Reflect.set(o, 'n', o.n + 1), o.n)"],
  "a write by another receiver": ["const o = { n: 0 }", "(Reflect.set({}, 'n', o.n + 1, o), o.n)"],
  "a definition that only fails": [
    "const o = { n: 0 }",
    "(Reflect.defineProperty(o, 'n', { value: o.n + 1 }), o.n)",
  ],
  "a deletion that only fails": [
    "const o = { n: 1 }",
    "(() => { const n = o.n ?? 2; Reflect.deleteProperty(o, 'n'); return n })()",
  ],
  "whether it is frozen": ["const o = { n: 1 }", "(Object.isFrozen(o) ? 2 : 1)"],
  "whether it is sealed": ["const o = { n: 1 }", "(Object.isSealed(o) ? 2 : 1)"],
  "whether it can be extended": [
    "const o = { n: 1 }",
    "(Object.isExtensible(o) && Reflect.isExtensible(o) ? 1 : 2)",
  ],
  "what its attributes are": [
    "const o = { n: 1 }",
    "(Object.getOwnPropertyDescriptor(o, 'n').writable && Reflect.getOwnPropertyDescriptor(o, 'n').writable && Object.getOwnPropertyDescriptors(o).n.writable ? 1 : 2)",
  ],
  "whether its prototype can be set": ["const o = { n: 1 }", "(Reflect.setPrototypeOf(o, {}) ? 1 : 2)"],
  "a property over an inherited one": [
    "class A { m() {} } const a = () => new A()",
    "(() => { const x = a(); x.m = 1; return x.m })()",
  ],
};

const NAMES = Object.keys(KEEPERS);
const scoreOf = (name: string, index: number): ScoreSource => {
  const [module, count] = KEEPERS[name]!;
  return rawScore(
    `keeper-${index}`,
    { count: `return ${count}`, refuse: `${count}; throw new Error("no")` },
    {},
    module,
  );
};

let host: ScoreHost;
before(async () => {
  host = await createScoreHost({ scores: NAMES.map(scoreOf) });
});
after(() => host.close());

let height = 0;
NAMES.forEach((name, index) => {
  test(`${name} is no memory`, async () => {
    const score = `keeper-${index}`;
    const state = memoryState();
    const seen: unknown[] = [];
    const used = new Set<string>();
    for (const methods of [["refuse", "count", "count"], ["count"], ["refuse", "count"]]) {
      height++;
      const { calls } = await host.execute(
        block(
          height,
          methods.map((method) => [score, method]),
        ),
        state.read,
      );
      calls.forEach((outcome, at) => {
        if (methods[at] !== "count") return;
        seen.push([outcome.code, outcome.result, outcome.message]);
        used.add(JSON.stringify(outcome.used));
      });
    }
    assert.deepEqual(seen, Array(4).fill([0, "1", ""]));
    assert.equal(used.size, 1, "a call costs the same whichever module it runs over");
  });
});
