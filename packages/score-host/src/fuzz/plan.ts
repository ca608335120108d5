import type { Sender } from "@dure/score";
import type { Activation, Block, Call, QueryCall } from "../outcome.ts";
import { CENSUS } from "./census.ts";
import { ORGANISATIONS } from "./hosts.ts";
import { ODD_NAME, ODD_SOURCES } from "./odd-sources.ts";
import { makeParams } from "./params.ts";
import { METHODS, QUESTIONS } from "./program.ts";
import type { Random } from "./random.ts";

const BLOCK_INTERVAL_MS = 997;
export const GENESIS_MS = 1_700_000_000_000;

const SENDERS: readonly Sender[] = ["ann", "bob", "cyd"].map((name, at) => ({
  id: `${at}f`.repeat(32),
  name,
  organisation: ORGANISATIONS[at % 2] as string,
  roles: at === 0 ? ["client", "admin"] : ["client"],
  attributes: at === 1 ? { branch: "north", a: "1" } : {},
}));

const hex = (value: number): string => value.toString(16).padStart(64, "0");

/** A call of one of these SCOREs, or of none that is there. */
const makeCall = (random: Random, height: number, index: number, scores: readonly string[]): Call => {
  const isCensus = height === 1 && index === 0;
  return {
    index,
    txId: hex(height * 100_000 + index),
    score: isCensus ? CENSUS.name : random.percent(1) ? "absent" : random.pick(scores),
    method: isCensus
      ? "natives"
      : random.percent(1)
        ? random.pick(["q0", "init", "constructor", ""])
        : random.pick(METHODS),
    params: makeParams(random),
    sender: random.pick(SENDERS),
  };
};

/** A block of calls by chance. */
export const makeBlock = (
  random: Random,
  height: number,
  scores: readonly string[],
  activations: readonly Activation[],
  callsMax: number,
): Block => ({
  height,
  timestampMs: GENESIS_MS + height * BLOCK_INTERVAL_MS,
  organisations: ORGANISATIONS,
  activations,
  suspended: [],
  calls: Array.from({ length: 1 + random.below(callsMax) }, (_, index) =>
    makeCall(random, height, index, scores),
  ),
});

export const makeQueries = (
  random: Random,
  height: number,
  scores: readonly string[],
): readonly QueryCall[] =>
  Array.from({ length: random.below(4) }, () => ({
    height,
    timestampMs: GENESIS_MS + height * BLOCK_INTERVAL_MS,
    organisations: ORGANISATIONS,
    suspended: [],
    score: random.pick(scores),
    method: random.pick(QUESTIONS),
    params: makeParams(random),
    sender: random.pick(SENDERS),
  }));

/** The activation of a text as a SCORE's next version. */
export const activate = (
  action: Activation["action"],
  { name, version, source }: { readonly name: string; readonly version: string; readonly source: string },
): Activation => ({
  score: name,
  version,
  action,
  source,
  manifest: "",
  from: "1.0.0",
  params: '{"s":"s"}',
  entry: '{"entry":1}',
  refusal: "",
});

/** The deployment of a text that is no contract, or a strange one. */
export const deployOdd = (random: Random): Activation =>
  activate("deploy", { name: ODD_NAME, version: "1.0.0", source: random.pick(ODD_SOURCES) });
