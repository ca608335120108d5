import { decodeText } from "./text.ts";
import type { TransactionBody } from "./transaction.ts";

/** A call of a SCORE as a transaction's payload says it. `params` is JSON text. */
export type PayloadCall = { readonly score: string; readonly method: string; readonly params: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Deeper JSON is refused: how deep an engine can go depends on the machine's stack, and receipts may not. */
const DEPTH_MAX = 64;

/** Whether brackets outside of strings never nest deeper than the bound. Looks at the text alone, without recursion. */
const isShallow = (text: string): boolean => {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isString) {
      if (character === "\\") at++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === "[" || character === "{") {
      if (++depth > DEPTH_MAX) return false;
    } else if (character === "]" || character === "}") depth--;
  }
  return true;
};

/** Whether all the opening brackets of these bytes together are within the bound: then they nest within it, too. */
const hasFewBrackets = (bytes: Uint8Array): boolean => {
  let opened = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0x5b || bytes[at] === 0x7b) opened++;
  return opened <= DEPTH_MAX;
};

/** The JSON value of a payload, or undefined if it is no JSON text of bounded depth. The same on every machine. */
export const payloadValue = (payload: Uint8Array): { readonly value: unknown } | undefined => {
  const text = decodeText(payload);
  if (text === undefined || !(hasFewBrackets(payload) || isShallow(text))) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** The SCORE that a JSON-RPC body names: the transaction's own field, `params.score`, or the channel's default. */
const scoreOf = (score: string, params: unknown, defaultScore: string): string => {
  if (score !== "") return score;
  const named = isRecord(params) ? params["score"] : undefined;
  return typeof named === "string" ? named : defaultScore;
};

/**
 * What a JSON-RPC body calls: an object with a string `method` is a call, anything else is data (specs/rest-v1.md).
 */
export const callOfBody = (body: unknown, score: string, defaultScore: string): PayloadCall | undefined => {
  if (!isRecord(body) || typeof body["method"] !== "string") return undefined;
  const params = body["params"] ?? {};
  return {
    score: scoreOf(score, params, defaultScore),
    method: body["method"],
    params: JSON.stringify(params),
  };
};

/** What a transaction calls; undefined: it is data. */
export const callOf = (
  { payload, score }: Pick<TransactionBody, "payload" | "score">,
  defaultScore: string,
): PayloadCall | undefined => callOfBody(payloadValue(payload)?.value, score, defaultScore);
