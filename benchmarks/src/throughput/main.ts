/** `npm run bench [-- --quick --json --page FILE]`. */
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
  },
});

if (process.platform !== "linux")
  throw new Error("the benchmark reads CPU and memory from /proc: it needs Linux");
const sinceMs = performance.now();
const say = (line: string): void => {
  if (!values.json)
    console.error(`${((performance.now() - sinceMs) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
};
const report = await runBenchmark(values.quick ? QUICK : FULL, say);
console.log(values.json ? JSON.stringify(report) : markdownOf(report));
if (values.page !== undefined) {
  await writeFile(resolve(values.page), pageOf(report));
  say(`the page is ${resolve(values.page)}`);
}
