/**
 * What `npm run fuzz:scores` runs: channels of SCOREs made by chance, on three hosts each, until so many transactions are
 * done or two hosts differ. The seed of a channel makes the same one again.
 */
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { spawnerOf, spawnSandbox } from "../spawn.ts";
import type { Engine } from "./hosts.ts";
import { type RoundOptions, runRound } from "./round.ts";
import { sdkText } from "./sdk-text.ts";
import { shrinkDivergence, tellDivergence } from "./shrink.ts";

const { values } = parseArgs({
  options: {
    transactions: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    /** Paths of other Node.js for the second and third host; this one stands in where there is none. */
    node: { type: "string", multiple: true, default: [] },
  },
});

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const PRESENT: Engine = { name: process.version, spawn: spawnSandbox };

const engineOf = (path: string | undefined): Engine =>
  path === undefined
    ? PRESENT
    : { name: execFileSync(path, ["--version"], { encoding: "utf8" }).trim(), spawn: spawnerOf(path) };

const [second, third] = values.node;
const engines: RoundOptions["engines"] = [PRESENT, engineOf(second), engineOf(third)];
const wanted = Number(values.transactions);
const sdk = await sdkText();
const codes = new Map<number, number>();
const sinceMs = performance.now();
let [transactions, queries, rounds] = [0, 0, 0];
print(`seed ${values.seed}; ${engines.map(({ name }) => name).join(", ")}`);
for (let seed = Number(values.seed); transactions < wanted && process.exitCode === undefined; seed++) {
  const report = await runRound({ seed, engines, sdk, transactionsMax: wanted - transactions });
  transactions += report.transactions;
  queries += report.queries;
  rounds += 1;
  for (const [code, count] of report.codes) codes.set(code, (codes.get(code) ?? 0) + count);
  if (report.divergence !== undefined) {
    process.exitCode = 1;
    print(`Two hosts differ; --seed ${seed} shows it again.`);
    print(tellDivergence(report.divergence));
    print(await shrinkDivergence(report.divergence, engines, seed, sdk));
  } else if (rounds % 10 === 0) print(`${transactions} transactions, ${rounds} channels, seed ${seed}`);
}
const seconds = Math.round((performance.now() - sinceMs) / 1_000);
print(
  `${transactions} transactions and ${queries} queries in ${rounds} channels, on three hosts each, in ${seconds} s; ` +
    `codes ${JSON.stringify(Object.fromEntries(codes))}`,
);
