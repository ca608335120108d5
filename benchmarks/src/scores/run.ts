/** What running contracts costs, measured in one run on one machine. */
import { execFileSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { pack, type ScoreSource } from "@dure/score-host";
import { type HostCost, type LoadedHost, measureCalls, openLoaded } from "./host-load.ts";
import { type Loading, measureLoading } from "./loading.ts";
import { measureOperations, type OperationCost } from "./operations.ts";
import { measurePlain } from "./plain.ts";
import { FULL, QUICK, type Rounds } from "./rounds.ts";
import { createTransfers, endow } from "./transfers.ts";

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const TOKEN = pathOf("../../../examples/token/contract.ts");
const SCHEMA_TOKEN = pathOf("../../src/scores/fixtures/schema-token.ts");
const PROBE = pathOf("../../src/scores/fixtures/probe.ts");
const METERING = pathOf("../../../packages/score-host/bench/metering.mjs");

const ACCOUNTS = 10_000;
const PER_BLOCK = 1_000;

/** A cost under some condition, and what the process that executes took of memory afterwards. */
export type Point = { readonly at: string; readonly cost: HostCost; readonly memoryBytes: number };

/** µs of a program as it is and under the meter, and its steps. */
export type Metering = Readonly<
  Record<string, { readonly plainUs: number; readonly meteredUs: number; readonly steps: number }>
>;

export type Report = {
  readonly machine: { readonly cores: number; readonly cpu: string; readonly node: string };
  readonly rounds: Rounds;
  /** A transfer as a plain call, in µs. */
  readonly plainUs: number;
  /** The same with parameters that schemas read. */
  readonly plainSchemaUs: number;
  readonly batches: readonly Point[];
  readonly schema: Point;
  readonly contracts: readonly Point[];
  readonly keys: readonly Point[];
  readonly metering: Metering;
  readonly operations: readonly OperationCost[];
  readonly loading: Loading;
};

/** The SCORE under so many names. */
const copiesOf = (score: ScoreSource, count: number): readonly ScoreSource[] =>
  Array.from({ length: count }, (_, at) => {
    const name = `token${at}`;
    return { ...score, name, source: score.source.replace(`name: "${score.name}"`, `name: "${name}"`) };
  });

const using = async <T>(opened: Promise<LoadedHost>, use: (loaded: LoadedHost) => Promise<T>): Promise<T> => {
  const loaded = await opened;
  try {
    return await use(loaded);
  } finally {
    await loaded.host.close();
  }
};

/** Transfers in a host of these SCOREs, whose state has so many accounts each. */
const transfersOf = (
  at: string,
  scores: readonly ScoreSource[],
  rounds: Rounds,
  { accounts = ACCOUNTS, perBlock = PER_BLOCK } = {},
): Promise<Point> =>
  using(openLoaded(scores), async (loaded) => {
    const names = scores.map(({ name }) => name);
    for (const name of names) endow(loaded.state.values, name, accounts);
    const cost = await measureCalls(loaded, perBlock, createTransfers(accounts, names).next, rounds);
    return { at, cost, memoryBytes: loaded.memoryBytes() };
  });

const plainOf = (score: ScoreSource, rounds: Rounds): number => {
  const values = new Map<string, string>();
  endow(values, score.name, ACCOUNTS);
  return measurePlain(score, values, createTransfers(ACCOUNTS).next, rounds);
};

/** `say` hears what is being measured. */
export const runBenchmark = async (isQuick: boolean, say: (line: string) => void): Promise<Report> => {
  const rounds = isQuick ? QUICK : FULL;
  say("packing");
  const [token, schemaToken, probe] = (await Promise.all([TOKEN, SCHEMA_TOKEN, PROBE].map(pack))) as [
    ScoreSource,
    ScoreSource,
    ScoreSource,
  ];
  say("a transfer as a plain call");
  const plainUs = plainOf(token, rounds);
  const plainSchemaUs = plainOf(schemaToken, rounds);
  const batches: Point[] = [];
  for (const perBlock of [1, 10, 100, 1_000]) {
    say(`transfers, ${perBlock} in a block`);
    batches.push(await transfersOf(String(perBlock), [token], rounds, { perBlock }));
  }
  say("transfers with schemas");
  const schema = await transfersOf("schemas", [schemaToken], rounds);
  const contracts: Point[] = [];
  for (const count of [1, 10, 100]) {
    say(`transfers in ${count} contracts`);
    contracts.push(
      await transfersOf(String(count), copiesOf(token, count), rounds, { accounts: ACCOUNTS / 100 }),
    );
  }
  const keys: Point[] = [];
  for (const accounts of isQuick ? [10_000, 100_000] : [10_000, 1_000_000]) {
    say(`transfers among ${accounts} accounts`);
    keys.push(await transfersOf(accounts.toLocaleString("en"), [token], rounds, { accounts }));
  }
  say("the meter alone");
  const metering = JSON.parse(
    execFileSync(process.execPath, [METERING, String(rounds.count), isQuick ? "50" : "300"], {
      encoding: "utf8",
    }),
  ) as Metering;
  say("reads and writes");
  const operations = await measureOperations(probe, rounds);
  say("loading");
  const loading = await measureLoading(TOKEN, copiesOf(token, 100), rounds.count);
  const [processor] = cpus();
  return {
    machine: {
      cores: availableParallelism(),
      cpu: processor?.model ?? "unknown",
      node: process.version,
    },
    rounds,
    plainUs,
    plainSchemaUs,
    batches,
    schema,
    contracts,
    keys,
    metering,
    operations,
    loading,
  };
};
