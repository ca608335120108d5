import type { Command } from "commander";
import { type PeerOptions, peersOf } from "../acting-peer.ts";
import { wholeNumber } from "../arguments.ts";
import type { LoadShape } from "../bench/load.ts";
import type { Measured } from "../bench/measure.ts";
import { type OutputOptions, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

type Options = PeerOptions &
  OutputOptions & {
    readonly seconds: number;
    readonly rate?: number;
    readonly concurrency: number;
    readonly batch: number;
    readonly idle?: true;
  };

const shapeOf = ({ idle, rate, concurrency, batch }: Options): LoadShape => {
  if (idle) return { kind: "closed", concurrency: 1, batch: 1 };
  return rate === undefined
    ? { kind: "closed", concurrency, batch }
    : { kind: "open", ratePerSecond: rate, batch };
};

const describe = (measured: Measured): string => {
  const { executed, seconds, executedPerSecond, refused, lost, reason } = measured;
  const { latencyMsP50 = "-", latencyMsP99 = "-" } = measured;
  return [
    `${executed} token transfers executed in ${seconds} s: ${Math.round(executedPerSecond)} per second`,
    `from submit to receipt: p50 ${latencyMsP50} ms, p99 ${latencyMsP99} ms`,
    ...(refused + lost > 0 ? [`${refused} refused, ${lost} without a receipt: ${reason ?? "too late"}`] : []),
  ].join("\n");
};

const run = async (options: Options): Promise<void> => {
  const { prepareTransfers } = await import("../bench/transfers.ts");
  const { measure } = await import("../bench/measure.ts");
  const transfers = await prepareTransfers(options, await peersOf(options));
  const measured = await measure(shapeOf(options), options.seconds * 1_000, transfers);
  show(options, measured, () => describe(measured));
  if (measured.executed === 0) process.exitCode = 1;
};

/** Adds `dure bench`. */
export const addBench = (program: Command): void => {
  withPeer(program.command("bench"))
    .description("load the devnet with signed token transfers, and measure until each has its receipt")
    .option("--seconds <s>", "how long", wholeNumber(1, 3_600), 10)
    .option("--concurrency <n>", "transactions in flight", wholeNumber(1, 10_000), 500)
    .option(
      "--rate <n>",
      "submit so many per second, however fast they are executed",
      wholeNumber(1, 100_000),
    )
    .option("--batch <n>", "transactions in one request, at most", wholeNumber(1, 1_000), 50)
    .option("--idle", "one transaction at a time: the latency of an idle network")
    .action(run);
};
