import { submit, submitMany } from "@dure/client";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { certificateId } from "@dure/types";
import type { Command } from "commander";
import { wholeNumber } from "../arguments.ts";
import { type LoadShape, putOn, type Submit } from "../bench/load.ts";
import { percentile } from "../bench/percentile.ts";
import { CliError } from "../error.ts";
import { signingFor } from "../signer.ts";
import { identityOf, peersOf, type TargetOptions } from "../target.ts";
import { type OutputOptions, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

type Options = Pick<TargetOptions, "home" | "peer"> &
  OutputOptions & {
    readonly channel?: string;
    readonly seconds: number;
    readonly rate?: number;
    readonly concurrency: number;
    readonly batch: number;
    readonly idle?: true;
  };

const MINTED = "1000000000000";
const REQUEST_TIMEOUT_MS = 40_000;

const shapeOf = ({ idle, rate, concurrency, batch }: Options): LoadShape => {
  if (idle) return { kind: "closed", concurrency: 1, batch: 1 };
  return rate === undefined
    ? { kind: "closed", concurrency, batch }
    : { kind: "open", ratePerSecond: rate, batch };
};

/** Gives alice tokens, and returns what submits her transfers of one token each to bob, over all peers in turn. */
const transfers = async (options: Options, urls: readonly string[]): Promise<Submit> => {
  const suite = createSodiumSuite();
  const { channel } = options;
  const url = urls[0]!;
  const signingOf = async (as: string) => {
    const identity = await identityOf({ ...options, as }, suite);
    const id = certificateId(suite, identity.certificate.der);
    return { id, signing: await signingFor(url, channel, identity, suite) };
  };
  const admin = await signingOf("admin");
  const alice = await signingOf("alice");
  const bob = await signingOf("bob");
  const mint = admin.signing.call({
    score: "token",
    method: "mint",
    params: { to: alice.id, amount: MINTED },
  });
  const named = channel === undefined ? {} : { channel };
  const minted = await submit({ url }, mint, admin.signing.certificate, named);
  if (minted.receipt?.code !== 0)
    throw new CliError(
      "MINT_FAILED",
      `admin could not mint tokens for alice: ${minted.receipt?.message ?? `the transaction is ${minted.status}`}`,
    );
  const transfer = { score: "token", method: "transfer", params: { to: bob.id, amount: "1" } };
  return (count, turn) =>
    submitMany(
      { url: urls[turn % urls.length]!, timeoutMs: REQUEST_TIMEOUT_MS },
      Array.from({ length: count }, () => alice.signing.call(transfer)),
      [alice.signing.certificate],
      { ...named, waitMs: 30_000 },
    );
};

const rounded = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value * 100) / 100;

const run = async (options: Options): Promise<void> => {
  const urls = await peersOf(options);
  const submitTransfers = await transfers(options, urls);
  const { outcome, tookMs } = await putOn(shapeOf(options), options.seconds * 1_000, submitTransfers);
  const { latenciesMs, submitted, executed, refused, lost, reason } = outcome;
  const sorted = latenciesMs.sort((a, b) => a - b);
  const result = {
    seconds: rounded(tookMs / 1_000),
    submitted,
    executed,
    refused,
    lost,
    executedPerSecond: rounded((executed * 1_000) / tookMs),
    latencyMsP50: rounded(percentile(sorted, 0.5)),
    latencyMsP99: rounded(percentile(sorted, 0.99)),
    ...(reason !== undefined && { reason }),
  };
  show(options, result, () =>
    [
      `${executed} token transfers executed in ${result.seconds} s: ${Math.round(result.executedPerSecond ?? 0)} per second`,
      `from submit to receipt: p50 ${result.latencyMsP50 ?? "-"} ms, p99 ${result.latencyMsP99 ?? "-"} ms`,
      ...(refused + lost > 0
        ? [`${refused} refused, ${lost} without a receipt; first: ${reason ?? "too late"}`]
        : []),
    ].join("\n"),
  );
  if (executed === 0) process.exitCode = 1;
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
