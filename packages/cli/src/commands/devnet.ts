import { resolve } from "node:path";
import type { Command } from "commander";
import { gather, oneOf, wholeNumber } from "../arguments.ts";
import type { Wanted } from "../devnet/prepare-home.ts";
import { DEFAULT_HOME } from "../home/find-devnet.ts";
import { withOutput } from "./output.ts";

type Options = {
  readonly home: string;
  readonly reset?: true;
  readonly peers?: number;
  readonly portOffset?: number;
  readonly blockInterval?: number;
  readonly spin?: number;
  readonly engine?: "lft" | "ibft";
  readonly score?: readonly string[];
  readonly restart: boolean;
  readonly verifyWorkers?: number;
  readonly keepBlocks?: number;
  readonly snapshot?: true;
  readonly suspension?: readonly string[];
  readonly json?: true;
};

const wantedOf = ({
  home,
  reset,
  peers,
  portOffset,
  blockInterval,
  spin,
  engine,
  score = [],
}: Options): Wanted => ({
  home,
  reset: reset === true,
  scores: score,
  ...(peers !== undefined && { peers }),
  ...(portOffset !== undefined && { portOffset }),
  ...(blockInterval !== undefined && { blockIntervalMs: blockInterval }),
  ...(spin !== undefined && { spinInterval: spin }),
  ...(engine !== undefined && { engine }),
});

/** What is passed on to each peer. */
const peerOptionsOf = ({
  verifyWorkers,
  keepBlocks,
  snapshot,
  suspension = [],
}: Options): readonly string[] => [
  ...(verifyWorkers === undefined ? [] : ["--verify-workers", String(verifyWorkers)]),
  ...(keepBlocks === undefined ? [] : ["--keep-blocks", String(keepBlocks)]),
  ...(snapshot === undefined ? [] : ["--snapshot"]),
  ...suspension.flatMap((path) => ["--suspension", resolve(path)]),
];

/** The first request to stop is for good order, the second for haste. */
const stopRequests = (json: boolean): { readonly stopping: AbortSignal; readonly forcing: AbortSignal } => {
  const stopping = new AbortController();
  const forcing = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      if (stopping.signal.aborted) forcing.abort();
      else if (!json) console.log("\nStopping; Ctrl-C again ends everything at once.");
      stopping.abort();
    });
  return { stopping: stopping.signal, forcing: forcing.signal };
};

const run = async (options: Options): Promise<void> => {
  const json = options.json === true;
  // Whoever read our output may go; the devnet stays until it is told to stop.
  process.stdout.on("error", () => undefined);
  const requests = stopRequests(json);
  const { humanReporter } = await import("../devnet/human-reporter.ts");
  const { jsonReporter } = await import("../devnet/json-reporter.ts");
  const { runDevnet } = await import("../devnet/supervisor.ts");
  const reporter = json ? jsonReporter() : humanReporter();
  const { restart } = options;
  const peerOptions = peerOptionsOf(options);
  await runDevnet(wantedOf(options), reporter, { ...requests, restart, peerOptions });
};

/** Adds `dure devnet`. */
export const addDevnet = (program: Command): void => {
  withOutput(program.command("devnet"))
    .description("run a whole network on this machine: a RadioStation and its peers")
    .option("--peers <n>", "how many peers, 1 to 16 (default: 4)", wholeNumber(1, 16))
    .option("--port-offset <k>", "add K to every port (default: 0)", wholeNumber(0, 60_000))
    .option("--home <dir>", "where its data lives", DEFAULT_HOME)
    .option("--reset", "delete the devnet in this home first")
    .option("--block-interval <ms>", "least time between blocks, in milliseconds", wholeNumber(0, 60_000))
    .option("--spin <k>", "how many blocks a leader makes in a row", wholeNumber(1, 1_000_000))
    .option("--engine <name>", "the consensus engine, lft or ibft (default: lft)", oneOf("lft", "ibft"))
    .option("--score <file>", "found the channel with this contract too; may be repeated", gather)
    .option("--verify-workers <n>", "threads of each peer that verify signatures", wholeNumber(1, 64))
    .option(
      "--keep-blocks <n>",
      "have each peer keep at least so many of the newest blocks, and let older ones go",
      wholeNumber(1, 1_000_000_000),
    )
    .option("--snapshot", "have peers without a chain begin with a snapshot of the state")
    .option(
      "--suspension <file>",
      "give each peer a suspension of a SCORE, from dure score suspend; may be repeated",
      gather,
    )
    .option("--no-restart", "leave a process that dies dead")
    .action(run);
};
