import { decodeText, encodeText } from "@dure/types";
import type { ChannelView } from "../../channel/view.ts";
import { flag, requiredText, text } from "../parameter.ts";
import { Refusal } from "../refusal.ts";
import { route } from "../route.ts";
import { Query, QueryAnswer, StateAnswer, StateHistory, StatePage } from "../shape.ts";
import { limit, waitMs } from "./limits.ts";

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

/** A page ends early when its values have so many bytes: each may have as many as a SCORE can write. */
const PAGE_BYTES_MAX = 1 << 20;

const pageOf = (keys: Awaited<ReturnType<ChannelView["range"]>>["keys"]) => {
  let bytes = 0;
  const end = keys.findIndex(({ held }, at) => {
    bytes += held.value.length;
    return at > 0 && bytes > PAGE_BYTES_MAX;
  });
  return end < 0 ? keys : keys.slice(0, end);
};

export const listState = route({
  method: "GET",
  path: "/state/keys",
  summary:
    "The keys of a SCORE's state by pages, in their order, with what they hold. One peer's word: each can be proven.",
  query: {
    score: requiredText("the SCORE's name", 64),
    prefix: text("what the keys begin with, such as the name of a map and a slash", 512),
    after: text("the key that the page before ended with", 512),
    limit,
  },
  answer: StatePage,
  handle: async ({ channel, query: { score, prefix = "", after = "", limit: most } }) => {
    const start = rawKey(score, "");
    const { height, keys } = await channel.range(rawKey(score, prefix), rawKey(score, after), most + 1);
    const page = pageOf(keys.slice(0, most));
    const entries = page.map(({ key, held }) => ({
      key: decodeText(key.subarray(start.length)) ?? "",
      value: jsonOf(held.value),
      version: held.version,
    }));
    return { score, height, entries, next: page.length < keys.length ? (entries.at(-1)?.key ?? null) : null };
  },
});

const VERSION = /^(\d{1,15})\.(\d{1,10})$/;

const versionOf = (before: string | undefined) => {
  if (before === undefined) return undefined;
  const [, height, index] = VERSION.exec(before) ?? [];
  if (height === undefined || index === undefined || Number(index) > 0xffffffff)
    throw new Refusal("REQUEST_MALFORMED", "before is no version: it reads height.index, such as 120.3");
  return { height: Number(height), index: Number(index) };
};

export const getHistory = route({
  method: "GET",
  path: "/state/history",
  summary:
    "What was written to a key of a SCORE's state, the newest first, and by which transactions. One peer's word: each transaction can be proven.",
  query: {
    score: requiredText("the SCORE's name", 64),
    key: requiredText("the key, as the SCORE wrote it", 512),
    before: text("a version, height.index: only what is older, as `next` of the page before says", 32),
    limit,
  },
  answer: StateHistory,
  handle: async ({ channel, query: { score, key, before, limit: most } }) => {
    const found = await channel.history(rawKey(score, key), versionOf(before), most + 1);
    const page = found.slice(0, most);
    const last = page.at(-1)?.version;
    return {
      score,
      key,
      entries: page.map(({ version, value }) => ({
        present: value !== undefined,
        value: value === undefined ? null : jsonOf(value),
        version,
        transactionId: channel.executed(version.height)?.receipts[version.index]?.transactionId ?? null,
      })),
      baseHeight: channel.resultsFrom() - 1,
      next: found.length > most && last !== undefined ? `${last.height}.${last.index}` : null,
    };
  },
});

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
