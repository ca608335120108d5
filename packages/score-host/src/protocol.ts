/**
 * What parent and child say to each other: frames of a 4-byte big-endian length and as many bytes of JSON
 * in UTF-8. Keys and values of the state are texts anyway (canonical JSON), so JSON carries them without
 * base64; JSON.parse is faster here than a codec in JavaScript, but for outcomes (wire-outcomes.ts). One request is
 * outstanding at a time, and the child answers it with any number of `need`, `started` and outcomes that are not the
 * last, then exactly one closing message.
 *
 * The parent trusts nothing that it receives: lengths are bounded, every message is checked field by field
 * below, and a bad one costs the child its life. The child trusts its parent.
 */
import type { ContractDescription, Sender } from "@dure/score";
import { NEED_KEYS_MAX } from "./bounds.ts";
import type { Activation, Genesis, QueryCall, ScoreSource, Suspended } from "./outcome.ts";
import {
  HEAD_END,
  MESSAGE_BYTES_MAX,
  TRACE_BYTES_MAX,
  unpackOutcomes,
  WIRE_KEY_BYTES_MAX,
  type WireOutcome,
  type WireValue,
} from "./wire-outcomes.ts";

export type LoadRequest = {
  readonly type: "load";
  readonly scores: readonly ScoreSource[];
  /** Whether the sources must be of the names and versions given with them. */
  readonly named: boolean;
  readonly cacheBytesMax: number;
};
/** A call as it travels: short, since a block has thousands, and with its sender's place in the request's list. */
export type WireCall = readonly [
  index: number,
  txId: string,
  score: string,
  method: string,
  params: string,
  sender: number,
];

export type BlockRequest = {
  readonly type: "block";
  readonly height: number;
  readonly timestampMs: number;
  readonly organisations: readonly string[];
  readonly activations: readonly Activation[];
  readonly suspended: readonly Suspended[];
  readonly senders: readonly Sender[];
  readonly calls: readonly WireCall[];
  /** Tell which call starts, and read state directly: see child/block.ts. */
  readonly careful: boolean;
};
export type GenesisRequest = {
  readonly type: "genesis";
  readonly timestampMs: number;
  readonly organisations: readonly string[];
  readonly inits: readonly Genesis[];
  readonly careful: boolean;
};
export type QueryRequest = { readonly type: "query"; readonly query: QueryCall };
/** The values of the first of the keys that were asked for: of one at least. */
export type ValuesReply = { readonly type: "values"; readonly values: readonly WireValue[] };
export type Request = LoadRequest | BlockRequest | GenesisRequest | QueryRequest;

export type Reply =
  | { readonly type: "ready"; readonly scores: readonly ContractDescription[] }
  | { readonly type: "unloadable"; readonly score: string; readonly message: string; readonly trace?: string }
  | { readonly type: "need"; readonly keys: readonly string[] }
  | { readonly type: "started"; readonly index: number }
  /** Of a block's activations first, then of its calls; those of a long block come in parts. */
  | { readonly type: "outcomes"; readonly isLast: boolean; readonly outcomes: readonly WireOutcome[] }
  | { readonly type: "engine-limit"; readonly index: number; readonly message: string };

/**
 * Returns a child's message, checked, or undefined if it is malformed in any way. That the message fits
 * the request (as many outcomes as calls, say) is for the caller to check.
 */
export const parseReply = (body: Uint8Array | string): Reply | undefined => {
  try {
    const text = typeof body === "string" ? body : UTF8.decode(body);
    const headEnd = text.indexOf(HEAD_END);
    const value: unknown = JSON.parse(headEnd === -1 ? text : text.slice(0, headEnd));
    if (headEnd !== -1) return outcomesOf(value, text.slice(headEnd + HEAD_END.length));
    return isReply(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

const UTF8 = new TextDecoder("utf-8", { fatal: true });

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const isText = (value: unknown, bytesMax: number): value is string =>
  // No text has more than three bytes for each of its code units: most are short enough at a glance.
  typeof value === "string" && (value.length * 3 <= bytesMax || Buffer.byteLength(value) <= bytesMax);
const isIndex = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isList = (value: unknown, itemsMax: number, isItem: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= itemsMax && value.every(isItem);

const LIST_MAX = 1_000_000;

const outcomesOf = (head: unknown, text: string): Reply | undefined => {
  if (!isFields(head) || head.type !== "outcomes" || typeof head.isLast !== "boolean") return undefined;
  const { isLast, numbers } = head;
  if (!Array.isArray(numbers)) return undefined;
  return { type: "outcomes", isLast, outcomes: unpackOutcomes(numbers, text) };
};

const isReply = (value: unknown): value is Reply => {
  if (!isFields(value)) return false;
  switch (value.type) {
    case "ready":
      return isList(value.scores, LIST_MAX, isLoaded);
    case "unloadable":
      return isText(value.score, 256) && isText(value.message, MESSAGE_BYTES_MAX) && isTrace(value.trace);
    case "need":
      return isList(value.keys, NEED_KEYS_MAX, (key) => isText(key, WIRE_KEY_BYTES_MAX));
    case "started":
      return isIndex(value.index);
    case "engine-limit":
      return isIndex(value.index) && isText(value.message, MESSAGE_BYTES_MAX);
    default:
      return false;
  }
};

const isLoaded = (value: unknown): boolean =>
  isFields(value) &&
  isText(value.name, 64) &&
  isText(value.version, 64) &&
  typeof value.init === "boolean" &&
  isList(value.invoke, LIST_MAX, (name) => isText(name, 64)) &&
  isList(value.query, LIST_MAX, (name) => isText(name, 64));

const isTrace = (value: unknown): boolean => value === undefined || isText(value, TRACE_BYTES_MAX);
