import { ClientError, request } from "@dure/client";
import type { Pool } from "./pool.ts";

export type AskOptions = {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** A JSON body, which makes it a POST. */
  readonly body?: unknown;
};

const TIMEOUT_MS = 5_000;

/** Asks one address for JSON. Throws ClientError: its refusal, `PEER_UNREACHABLE`, `PEER_ANSWER` or `ABORTED`. */
export const askOne = async <T>(url: string, path: string, options: AskOptions = {}): Promise<T> => {
  const { timeoutMs = TIMEOUT_MS, signal, body } = options;
  const content =
    body === undefined ? undefined : { bytes: JSON.stringify(body), contentType: "application/json" };
  return (await request({ url, timeoutMs, signal }, path, content)) as T;
};

/** Whether another peer may know better: this one is gone, behind, not done yet, or has too much to do. */
const othersMayAnswer = ({ code, status = 0 }: ClientError): boolean =>
  ["PEER_UNREACHABLE", "PEER_ANSWER", "PROOF_NOT_READY"].includes(code) ||
  [404, 429].includes(status) ||
  status >= 500;

/**
 * Asks the pool's peers, one after another, and returns the first answer and who gave it. Throws the last ClientError
 * when none has one.
 */
export const ask = async <T>(
  pool: Pool,
  path: string,
  options: AskOptions = {},
): Promise<{ readonly answer: T; readonly url: string }> => {
  let last = new ClientError("PEER_UNREACHABLE", "no peer is known");
  for (const url of pool.urls()) {
    try {
      const answer = await askOne<T>(url, path, options);
      pool.worked(url);
      return { answer, url };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      last = error;
      if (error.code === "PEER_UNREACHABLE") pool.failed(url);
      if (!othersMayAnswer(error)) throw error;
    }
  }
  throw last;
};
