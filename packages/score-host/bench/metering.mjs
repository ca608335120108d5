/**
 * What counting costs: `node bench/metering.mjs [rounds] [ms]`, after a build. The same texts run in the contracts' realm as
 * they are, and instrumented under the meter; the natives are the realm's own, which charge, in both. In turns, so that
 * both meet the same machine. Prints JSON: per program the medians in µs of CPU a call, and the steps that were counted.
 *
 * The texts hold no regular expressions: those of a plain text would be the engine's.
 */
import "../dist/child/realm.js";
import { compile } from "../dist/child/compartment.js";
import { startMeter, stopMeter } from "../dist/child/meter.js";

const ROUNDS = Number(process.argv[2] ?? 7);
const MS = Number(process.argv[3] ?? 300);
const STEPS = 500_000_000;
const BYTES = 1_000_000_000;

/** Each is a function's body. */
const PROGRAMS = {
  "arithmetic in a loop": "let x = 0; for (let i = 0; i < 20_000; i++) x = (x * 31 + i) % 65_521; return x;",
  "calls (Fibonacci of 18)": "const f = (n) => (n < 2 ? n : f(n - 1) + f(n - 2)); return f(18);",
  "objects and arrays":
    "const rows = []; for (let i = 0; i < 500; i++) rows.push({ id: i, owner: 'o' + (i % 7), amount: i * 3 });" +
    "return rows.filter((row) => row.amount % 2 === 0).map(({ id, ...rest }) => ({ ...rest, key: id })).length;",
  "maps and sets":
    "const m = new Map(); for (let i = 0; i < 1_000; i++) m.set('k' + (i % 97), (m.get('k' + (i % 97)) ?? 0) + i); return m.size;",
  sorting:
    "const a = []; for (let i = 0; i < 300; i++) a.push((i * 7919) % 1009); return a.sort((x, y) => x - y)[7];",
  texts:
    "let s = ''; for (let i = 0; i < 500; i++) s += i + ','; return s.split(',').map((each) => each.padStart(4, '0')).join('').length;",
  JSON: "const o = { list: Array.from({ length: 100 }, (_, i) => ({ i, text: 'row ' + i })) }; return JSON.parse(JSON.stringify(o)).list.length;",
  BigInt:
    "let x = 1n; for (let i = 1n; i < 200n; i++) x = (x * i + 7n) % 340282366920938463463374607431768211507n; return x;",
  "a transfer's arithmetic":
    "const balances = { a: '1000000', b: '5' }; for (let i = 0; i < 20; i++) { const left = BigInt(balances.a) - 1n;" +
    "if (left < 0n) throw new Error('too little'); balances.a = left.toString(); balances.b = (BigInt(balances.b) + 1n).toString(); } return balances.b;",
};

/** The text in a compartment of its own, as it is. */
const plain = (source) => {
  const { globalThis: globals } = new Compartment({ __options__: true });
  const names = ["Object", "Array", "BigInt", "Map", "Set", "JSON", "Error", "String", "Number", "Math"];
  const wrap = new globals.Function(
    ...names,
    `"use strict"; return function (module, exports) {${source}\n};`,
  );
  return wrap(...names.map((name) => globals[name]));
};

const evaluate = (factory) => {
  const module = { exports: {} };
  factory(module, module.exports);
  return module.exports.run;
};

const metered = (run) => {
  startMeter(STEPS, BYTES);
  run();
  return stopMeter(STEPS, BYTES);
};

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** µs of CPU a call, over about so many ms. */
const timeOf = (call) => {
  let calls = 0;
  const sinceMs = cpuMs();
  let spentMs = 0;
  for (; spentMs < MS; spentMs = cpuMs() - sinceMs) for (let at = 0; at < 20; at++, calls++) call();
  return (spentMs * 1_000) / calls;
};

const median = (figures) => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)];

const results = {};
for (const [name, body] of Object.entries(PROGRAMS)) {
  const source = `module.exports.run = () => {${body}};`;
  const asItIs = evaluate(plain(source));
  startMeter(STEPS, BYTES);
  const counted = evaluate(compile({ name: "program", version: "1.0.0", source }).factory);
  stopMeter(STEPS, BYTES);
  const runs = [() => asItIs(), () => metered(counted)];
  for (const run of runs) timeOf(run);
  const times = [[], []];
  for (let round = 0; round < ROUNDS; round++)
    for (const [at, run] of runs.entries()) times[at].push(timeOf(run));
  const { steps } = metered(counted);
  results[name] = { plainUs: median(times[0]), meteredUs: median(times[1]), steps };
}
process.stdout.write(`${JSON.stringify(results)}\n`);
