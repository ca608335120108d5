/** What the instrumented text does is what the text does, and what it charges depends on the text and its values alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CALL_MEMORY_MAX, CALL_STEPS_MAX } from "../../bounds.ts";
import { startMeter, stopMeter } from "../meter.ts";
import { HELPER_PREFIX, instrument, SyntaxRefusal } from "./instrument.ts";
import { HELPERS } from "./runtime.ts";

type Ran = {
  readonly value: unknown;
  readonly steps: number;
  readonly bytes: number;
  readonly passed: unknown;
};

const names = Object.keys(HELPERS);

/** Runs a function's body under the meter. */
const run = (body: string, stepsMax = CALL_STEPS_MAX): Ran => {
  const parameters = names.map((name) => HELPER_PREFIX + name);
  const made = new Function(...parameters, `"use strict";${instrument(body).text}`);
  startMeter(stepsMax, CALL_MEMORY_MAX);
  let value: unknown;
  try {
    value = made(...names.map((name) => HELPERS[name]));
  } catch (error) {
    value = error instanceof Error ? `${error.name}: ${error.message}` : error;
  }
  return { value, ...stopMeter(stepsMax, CALL_MEMORY_MAX) };
};

const plainly = (body: string): unknown => {
  try {
    return new Function(`"use strict";${body}`)();
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : error;
  }
};

/** Pieces of the language, each with an answer that would show if it were rewritten wrongly. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "functions of every form": `
    function declared(a, b = a + 1, ...rest) { return [a, b, rest.length] }
    const arrow = a => a * 2, object = () => ({ a: 1 }), nested = (a) => (b) => a + b
    const method = { m(a) { return this.k + a }, k: 5, get g() { return this.k }, set g(v) { this.k = v }, ["c" + 1]() { return 1 } }
    method.g = 7
    return [declared(1), declared(1, 5, 6, 7), arrow(4), object(), nested(1)(2), method.m(1), method.g, method.c1(), (function () { return arguments.length })(1, 2)]`,
  "hoisting and recursion":
    "return even(10); function even(n) { return n === 0 || odd(n - 1) } function odd(n) { return n !== 0 && even(n - 1) }",
  classes: `
    class A { #p = [1].length; q = this.#p + 1; static s = 3; static { A.t = A.s + 1 } constructor(z) { this.z = z } get p() { return this.#p } add(n) { this.#p += n; return this } static of(...a) { return new this(...a) } has(o) { return #p in o } }
    class B extends A { constructor(...a) { super(...a); this.b = super.add(2).p } }
    class C extends B {}
    class D extends (class { x = "x" }) { y = this.x + "y" }
    const c = C.of(9)
    return [c.p, c.q, A.t, c.z, c.b, c instanceof A, c.has(c), c.has({}), new D().y, C.name]`,
  "loops of every form": `
    const out = []
    for (let i = 0, n = 3; i < n; i++) out.push(() => i)
    for (const x of [1, 2]) if (x === 1) continue; else out.push(x)
    for (const k in { a: 1, b: 2 }) out.push(k)
    let w = 0
    while (w < 3) w++
    do w += 10; while (w < 40)
    outer: for (;;) { for (;;) break outer }
    for (var v = 0; v < 2; v++);
    return [out.map((o) => typeof o === "function" ? o() : o), w, v]`,
  "compound assignment evaluates each part once": `
    const grown = [1, 2, 3]; grown.length = 1; grown.length += 1; class P {} function Q() {} Q.prototype = { z: 4 }
    let calls = 0
    const o = { a: { b: 1, "k0": "x" } }, at = () => (calls++, o), key = () => "k" + (calls++ - calls + 1)
    at().a.b += 2
    at().a[key()] += "y"
    o.a.b *= 3; o.a.b -= 1; o.a.b **= 2; o.a.b <<= 1; o.a.b >>= 1
    let s = "a"; s += s += "b"
    let n; n ??= 4; n ||= 5; n &&= 6
    const list = [1]; list[list.length] = 2; list[0] += list[1] += 5
    return [o, calls, s, n, list, grown.length, new Q().z, { __proto__: { y: 1 } }.y]`,
  "a statement without semicolon before one that is rewritten": `
    const o = { x: 1 }, f = () => o
    let a = f
    f().x += 1
    let b = a
    b().x += 1
    return o.x`,
  destructuring: `
    const [a, , b = 3, ...rest] = [1, 2, undefined, 4, 5]
    const { c, d: { e = 5 } = {}, ...others } = { c: 1, f: 2, g: 3 }
    let x = 1, y = 2; [x, y] = [y, x]; ({ x: y, ...o2 } = { x: 9, z: 8 }); var o2
    const f = ({ p = 1 } = {}, [q] = [2]) => p + q
    const g = ({ p, ...r }, [h, ...t]) => [p, r, h, t], d = ([h, ...t] = [7, 8]) => [h, t], k = ([m, ...n]) => n
    for (const [k, v] of [[1, 2]]) x += k + v
    return [a, b, rest, c, e, others, x, y, o2, f(), f({ p: 5 }), g({ p: 1, s: 2 }, [4, 5]), d(), d([9]), k([1, 2])]`,
  spread:
    `
    const f = (...a) => a.length, own = { *x() {} === 0 ? 1 : 1 }`.replace(
      "{ *x() {} === 0 ? 1 : 1 }",
      "{ a: 1 }",
    ) +
    `
    class L extends Array {}
    return [f(...[1, 2], ...new Set([3])), [...[1], ..."ab", ...new Map([[1, 2]])], { ...own, b: 2, ..."c" }, Math.max(...[1, 5]), new Date(...[0]).getTime(), [...L.from([1, 2])].length]`,
  "throwing and catching": `
    const out = []
    const f = (n) => { try { if (n === 1) throw { message: "one" }; if (n === 2) return "two"; return "none" } catch ({ message }) { return message } finally { out.push(n) } }
    const g = () => { try { null.x } catch { return "caught" } }
    const h = () => { for (const i of [1, 2, 3]) { try { if (i === 2) break; continue } finally { out.push("f" + i) } } return "end" }
    return [f(0), f(1), f(2), g(), h(), out]`,
  "templates, tags and regular expressions": `
    const tag = (parts, ...values) => parts.raw.join("|") + values.join(",")
    const n = 2
    return [\`a\${n}b\${"c" + \`\${n}\`}\`, tag\`x\${n}\\n\`, \`plain\`]`,
  "switch, conditional, optional, comma": `
    const f = (x) => { switch (x) { case 1: return "one"; case 2: { break } default: return "other" } return "two" }
    const o = { a: { b: () => 5 } }
    return [f(1), f(2), f(3), o?.a?.b?.(), o.x?.y.z, (1, 2), o.x ?? 4, typeof undeclared, void 0, delete o.a, "a" in o]`,
  "numbers and BigInts": `
    return [2 ** 10, (-2) ** 3, 2 ** 0, 10 ** 22, 0 ** 0, 1 << 31, 7 >> 1, -7 >>> 28, String(2n ** 100n), String(5n << 3n), String(-9n >> 1n), String(3n * 4n - 2n + 1n), String(2n ** 0n), 5 % 3, 7 / 2, 0.1 + 0.2, "a" + 1 + 2n, 1 + +"2"]`,
  comparing: `const a = "x", b = "y", n = 3, m = 4n; return [a < b, a === b, n < m, m > n, a != b, n == 3n, a + b <= b]`,
  "getters and conversions": `
    const o = { valueOf() { return 5 }, toString() { return "s" } }, p = { [Symbol.toPrimitive](h) { return h } }
    return [o + 1, \`\${o}\`, o * 2, p + "", +Number.isNaN(p - 1), o > 4]`,
};

for (const [name, program] of Object.entries(PROGRAMS))
  test(`${name}: the same as without the meter`, () => {
    const ran = run(program);
    assert.deepEqual(ran.value, plainly(program));
    assert.equal(ran.passed, undefined);
    assert.ok(ran.steps > 10);
    assert.deepEqual(run(program), ran);
  });

test("only what functions write of those around them is guarded", () => {
  const guards = (body: string): number => instrument(body).text.split("dure$w(").length - 1;
  assert.equal(
    guards(
      "const f = (a) => { let n = 0; for (const x of a) n += x; for (let i = 0; i < 3; i++) n++; return n }",
    ),
    0,
  );
  assert.equal(
    guards("const f = () => { let n = 0; { let n = 1; n = 2 } try { n = 3 } catch (n) { n = 4 } return n }"),
    0,
  );
  assert.equal(guards("let n = 0; n = 1; { n = 2 } for (n of []); [n] = [1]"), 0);
  assert.equal(
    guards("let n = 0; const f = (n) => { n = 1 }, g = () => { var n; n++ }, h = () => { class n {} }"),
    0,
  );
  assert.equal(guards("let n = 0; const f = () => { n = 1 }"), 1);
  assert.equal(guards("const f = () => { let n = 0; [1].map(() => { n += 1 }); [2].map(() => n++) }"), 2);
  assert.equal(guards("const f = () => { for (m of []); [exports] = [1] }"), 2);
});

test("lines stay where they are", () => {
  for (const program of Object.values(PROGRAMS))
    assert.equal(instrument(program).text.split("\n").length, program.split("\n").length);
});

test("powers and shifts of BigInts are refused before they are made", () => {
  for (const program of [
    "return 2n ** 1000000000n",
    "return 1n << 1000000000n",
    "return 1n >> -1000000000n",
    "let x = 3n; for (let i = 0; i < 40; i++) x = x * x; return x",
    "let x = 3n; for (let i = 0; i < 40; i++) x *= x; return x",
    "let x = 3n; for (;;) x = x + x",
    "let x = 3n; for (;;) x = x - -x",
  ])
    assert.match(String(run(program).value), /^RangeError: a BigInt of more than 8192 bits/, program);
  for (const program of ["return 2 ** 0.5", "return 2 ** -1", "return 1.5 ** 2"])
    assert.match(String(run(program).value), /^RangeError: \*\* takes integers/, program);
});

test("powers of integers are the engine's wherever they are exact", () => {
  fc.assert(
    fc.property(fc.integer({ min: -200, max: 200 }), fc.integer({ min: 0, max: 60 }), (base, exponent) => {
      const expected = base ** exponent;
      if (Number.isSafeInteger(expected))
        assert.equal(run(`return (${base}) ** ${exponent}`).value, expected);
    }),
  );
  assert.deepEqual(
    run("return [0 ** 5000, 1 ** 5001, (-1) ** 5001, (-1) ** 5000, 2 ** 5000, (-2) ** 5001]").value,
    [0, 1, -1, 1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
});

test("a call that is used up stays so, whatever catches", () => {
  const ran = run("let n = 0; for (;;) { try { for (;;); } catch { n++ } finally { n++ } }");
  assert.deepEqual([ran.passed, ran.steps], ["steps", CALL_STEPS_MAX]);
});

for (const [name, source, line] of [
  ["async functions", "\nconst f = async () => 1", 2],
  ["async methods", "const o = {\n async f() {} }", 2],
  ["await", "await 1", 1],
  ["generators", "function* f() {}", 1],
  ["import()", "import('x')", 1],
  ["with", "with ({}) {}", 1],
  ["the helpers' names", "\n\nlet dure$m", 3],
  ["the helpers' names by an escape", "d\\u{75}re$m.steps = 5", 1],
  ["newer syntax", "class A { accessor x }", 1],
  ["a closing bracket that is not its own", "}; (() => {", 1],
  ["a BigInt of too many digits", `return ${"9".repeat(3000)}n`, 1],
  ["a rest inside a pattern", "const [[...a]] = [[1]]", 1],
  ["a nest of brackets", `return ${"[".repeat(2500)}${"]".repeat(2500)}`, 1],
  ["a chain of conditions", `return ${"1?1:".repeat(1500)}1`, 1],
  ["a chain of else", `${"if (0) {} else ".repeat(2500)}{}`, 1],
  ["a chain of functions", `return ${"()=>".repeat(2500)}1`, 1],
] as const)
  test(`${name} are refused, with the line`, () => {
    assert.throws(
      () => instrument(source),
      (error: SyntaxRefusal) => error instanceof SyntaxRefusal && error.message.startsWith(`line ${line}: `),
    );
  });
