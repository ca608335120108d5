/** `npm run bench:first-view [-- --blocks N --home DIR --no-browser --json]`. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type FirstViewReport, measureFirstView } from "./first-view.ts";
import { makeLongChain } from "./long-chain.ts";

const { values } = parseArgs({
  options: {
    blocks: { type: "string", default: "100000" },
    home: { type: "string" },
    "no-browser": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
const mebibytes = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(0)} MiB`;

/** Name and value of every line of the table. */
const linesOf = (
  report: FirstViewReport,
  makeMs: number | undefined,
): readonly (readonly [string, string])[] => [
  ["blocks", String(report.blocks)],
  ...(makeMs === undefined ? [] : [["the chain was made in", ms(makeMs)] as const]),
  ["first start to first answer", ms(report.firstStartMs)],
  ["from then until transactions are counted", ms(report.countMs)],
  ["later start to first answer", ms(report.startMs)],
  ...report.requests.map(
    ({ path, p50, p95, bytes }) => [`GET ${path}`, `p50 ${ms(p50)}, p95 ${ms(p95)}, ${bytes} bytes`] as const,
  ),
  ["resident memory after the start", mebibytes(report.residentBytesAtStart)],
  ["resident memory at the end", mebibytes(report.residentBytes)],
  ...(report.browser === undefined
    ? [["first view in a browser", "not measured"] as const]
    : [
        [
          `first view in a browser (by ${report.browser.by})`,
          `p50 ${ms(report.browser.p50)}, worst of ${report.browser.count} ${ms(report.browser.p95)}`,
        ] as const,
      ]),
];

const main = async (): Promise<void> => {
  const blocks = Number(values.blocks);
  if (!Number.isSafeInteger(blocks) || blocks < 10)
    throw new RangeError("--blocks is a whole number from 10, since every tenth block holds data");
  const directory =
    values.home === undefined ? await mkdtemp(join(tmpdir(), "dure-bench-")) : resolve(values.home);
  try {
    let makeMs: number | undefined;
    if (!existsSync(join(directory, "genesis.json"))) {
      if (!values.json) console.log(`making a chain of ${blocks} blocks in ${directory}`);
      const sinceMs = performance.now();
      await makeLongChain(directory, blocks);
      makeMs = performance.now() - sinceMs;
    }
    const report = await measureFirstView(directory, blocks, !values["no-browser"]);
    if (values.json) console.log(JSON.stringify({ ...report, makeMs: makeMs ?? null }));
    else for (const [name, value] of linesOf(report, makeMs)) console.log(`${name.padEnd(44)} ${value}`);
  } finally {
    if (values.home === undefined) await rm(directory, { recursive: true, force: true });
  }
};

await main();
