import { ClientError } from "./error.ts";
import { readBody, TooLong } from "./read-body.ts";

export { ClientError };

/** A peer, and how long to wait for it. */
export type PeerOptions = {
  /** The peer's REST address, such as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** For each request, in ms; 30 seconds unless given. */
  readonly timeoutMs?: number;
  /** Ends the request when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** In place of the global one. */
  readonly fetch?: typeof fetch;
  /** Sent along. */
  readonly headers?: Readonly<Record<string, string>>;
};

/** A JSON object from a peer, not yet looked at. */
export type Answer = Record<string, unknown>;

/** A whole block with its proof is the longest answer that there is. */
const ANSWER_BYTES_MAX = 64 << 20;

const isAnswer = (value: unknown): value is Answer =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const messageOf = (answer: Answer): string =>
  typeof answer["message"] === "string" ? answer["message"] : "no reason given";

const failureOf = (error: unknown, origin: string, signal: AbortSignal | undefined): ClientError => {
  if (signal?.aborted === true)
    return new ClientError("ABORTED", "the request was ended by its caller", { cause: error });
  if (error instanceof TooLong)
    return new ClientError("PEER_ANSWER", `${origin}: ${error.message}`, { peer: origin, cause: error });
  return new ClientError("PEER_UNREACHABLE", `${origin} gives no answer: is the peer running?`, {
    peer: origin,
    cause: error,
  });
};

const parse = (text: string, url: URL, status: number): Answer => {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  if (isAnswer(answer)) return answer;
  throw new ClientError("PEER_ANSWER", `${url.href} did not answer with a JSON object`, {
    status,
    peer: url.origin,
  });
};

/**
 * One JSON request to one peer. Throws ClientError: `PEER_UNREACHABLE`, `PEER_ANSWER` for what is no JSON object or too
 * long, `ABORTED`, or the code that the peer gave with its refusal.
 */
export const request = async (
  peer: PeerOptions,
  path: string,
  body?: { readonly bytes: Uint8Array | string; readonly contentType: string },
): Promise<Answer> => {
  const url = new URL(path, peer.url);
  const timeout = AbortSignal.timeout(peer.timeoutMs ?? 30_000);
  const signal = peer.signal === undefined ? timeout : AbortSignal.any([peer.signal, timeout]);
  const init: RequestInit =
    body === undefined
      ? { signal, headers: peer.headers ?? {} }
      : {
          signal,
          method: "POST",
          body: body.bytes as BodyInit,
          headers: { ...peer.headers, "content-type": body.contentType },
        };
  let status: number;
  let text: string;
  try {
    const response = await (peer.fetch ?? fetch)(url, init);
    status = response.status;
    text = await readBody(response, ANSWER_BYTES_MAX);
  } catch (error) {
    throw failureOf(error, url.origin, peer.signal);
  }
  const answer = parse(text, url, status);
  if (status >= 200 && status < 300) return answer;
  const code = typeof answer["code"] === "string" ? answer["code"] : "PEER_REFUSED";
  throw new ClientError(code, messageOf(answer), { status, peer: url.origin });
};
