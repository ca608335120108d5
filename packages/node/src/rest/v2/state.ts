import { decodeText, encodeText } from "@dure/types";
import { flag, requiredText } from "../parameter.ts";
import { Refusal } from "../refusal.ts";
import { route } from "../route.ts";
import { Query, QueryAnswer, StateAnswer } from "../shape.ts";
import { waitMs } from "./limits.ts";

/** A query that found no answer in time, or whose host failed: as a receipt would say it. */
const CONTAINER_EXCEPTION = 9100;

export const query = route({
  method: "POST",
  path: "/query",
  summary: "Asks a SCORE: a method that reads the state after the latest block that was executed.",
  body: Query,
  answer: QueryAnswer,
  codes: ["QUERY_OVERLOADED"],
  handle: async ({ channel, body }) => {
    const { score = channel.defaultScore, method, params = {} } = body;
    const { height, outcome } = await channel.query(score, method, JSON.stringify(params), undefined);
    return outcome.kind === "timeout"
      ? { code: CONTAINER_EXCEPTION, message: outcome.message, result: null, height }
      : { code: outcome.code, message: outcome.message, result: JSON.parse(outcome.result), height };
  },
});

const jsonOf = (bytes: Uint8Array): unknown => JSON.parse(decodeText(bytes) ?? "null");

/** The raw key of a SCORE's value, as the state tree knows it. Refuses what no SCORE can have written. */
const rawKey = (score: string, key: string): Uint8Array => {
  // A parameter was decoded from UTF-8, so it holds no lone surrogate.
  if (!/^[a-z0-9-]{1,64}$/.test(score))
    throw new Refusal("REQUEST_MALFORMED", "score is no SCORE's name: those are [a-z0-9-]{1,64}");
  return encodeText(`${score}\0${key}`);
};

export const getState = route({
  method: "GET",
  path: "/state",
  summary: "What stands under a key of a SCORE's state, or that nothing does, and the proof if asked.",
  query: {
    score: requiredText("the SCORE's name", 64),
    key: requiredText("the key, as the SCORE wrote it", 512),
    proof: flag("whether to add a proof of presence or absence"),
    waitMs,
  },
  answer: StateAnswer,
  codes: ["PROOF_NOT_READY", "TOO_MANY_WAITING"],
  handle: async ({ channel, query: { score, key, proof, waitMs: timeoutMs } }) => {
    const raw = rawKey(score, key);
    const read = proof
      ? await channel.proofs.state(raw, timeoutMs)
      : { ...channel.get(raw), proof: undefined };
    return {
      score,
      key,
      height: read.height,
      present: read.held !== undefined,
      value: read.held === undefined ? null : jsonOf(read.held.value),
      version: read.held?.version ?? null,
      ...(read.proof !== undefined && { proof: read.proof }),
    };
  },
});
