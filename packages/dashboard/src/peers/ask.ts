import type { Pool } from "./pool.ts";

/** What a peer, or the want of one, says instead of an answer. `code` is a peer's own, or PEER_UNREACHABLE. */
export class AskError extends Error {
  override readonly name = "AskError";
  readonly code: string;
  readonly status: number | undefined;

  constructor(code: string, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}

export type AskOptions = {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** A JSON body, which makes it a POST. */
  readonly body?: unknown;
};

const TIMEOUT_MS = 5_000;

const textOf = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);

/** Asks one address for JSON. Throws AskError: its refusal, or PEER_UNREACHABLE. */
export const askOne = async <T>(url: string, path: string, options: AskOptions = {}): Promise<T> => {
  const { timeoutMs = TIMEOUT_MS, signal, body } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(url + path, {
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(body === undefined
        ? {}
        : {
            method: "POST",
            body: JSON.stringify(body),
            headers: { "content-type": "application/json" },
          }),
    });
    answer = await response.json();
  } catch (cause) {
    throw new AskError("PEER_UNREACHABLE", `${url} gives no answer`, { cause });
  }
  if (response.ok) return answer as T;
  const refusal = (answer ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  throw new AskError(
    textOf(refusal.code, "PEER_REFUSED"),
    textOf(refusal.message, `${url} refuses with ${response.status}`),
    { status: response.status },
  );
};

/** Whether another peer may know better: this one is gone, behind, or has too much to do. */
const othersMayAnswer = ({ code, status = 0 }: AskError): boolean =>
  code === "PEER_UNREACHABLE" || status === 404 || status === 429 || status >= 500;

/**
 * Asks the pool's peers, one after another, and returns the first answer and who gave it. Throws the last AskError
 * when none has one.
 */
export const ask = async <T>(
  pool: Pool,
  path: string,
  options: AskOptions = {},
): Promise<{ readonly answer: T; readonly url: string }> => {
  let last = new AskError("PEER_UNREACHABLE", "no peer is known");
  for (const url of pool.urls()) {
    try {
      const answer = await askOne<T>(url, path, options);
      pool.worked(url);
      return { answer, url };
    } catch (error) {
      if (!(error instanceof AskError) || options.signal?.aborted === true) throw error;
      last = error;
      if (error.code === "PEER_UNREACHABLE") pool.failed(url);
      if (!othersMayAnswer(error)) throw error;
    }
  }
  throw last;
};
