/** `npm run bench:scores [-- --quick --json]`. */
import { parseArgs } from "node:util";
import { runBenchmark } from "./run.ts";
import { markdownOf } from "./table.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});

if (process.platform !== "linux")
  throw new Error("the benchmark reads CPU and memory from /proc: it needs Linux");
const sinceMs = performance.now();
const say = (line: string): void => {
  if (!values.json)
    console.error(`${((performance.now() - sinceMs) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
};
const report = await runBenchmark(values.quick, say);
console.log(values.json ? JSON.stringify(report) : markdownOf(report));
