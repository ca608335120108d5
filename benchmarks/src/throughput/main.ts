/** `npm run bench [-- --quick --json --page FILE --keys N --history N]`. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { pageOf } from "./page.ts";
import { FULL, QUICK, runBenchmark } from "./run.ts";
import { markdownOf } from "./table.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    page: { type: "string" },
    keys: { type: "string", default: "1000000" },
    history: { type: "string", default: "200000" },
  },
});

if (process.platform !== "linux")
  throw new Error("the benchmark reads CPU and memory from /proc: it needs Linux");
const sinceMs = performance.now();
const say = (line: string): void => {
  if (!values.json)
    console.error(`${((performance.now() - sinceMs) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
};
const wholeNumber = (name: string, text: string): number => {
  if (!/^\d{4,9}$/.test(text)) throw new Error(`--${name} is a number of four to nine digits`);
  return Number(text);
};
/** A hundred times as many at each step, from ten thousand. */
const keys = [10_000];
for (const most = wholeNumber("keys", values.keys); (keys.at(-1) ?? most) < most; )
  keys.push(Math.min(most, 100 * (keys.at(-1) ?? 1)));
const sizes = { keys, history: wholeNumber("history", values.history) };
const report = await runBenchmark(values.quick ? QUICK : FULL, sizes, say);
console.log(values.json ? JSON.stringify(report) : markdownOf(report));
if (values.page !== undefined) {
  await writeFile(resolve(values.page), pageOf(report));
  say(`the page is ${resolve(values.page)}`);
}
