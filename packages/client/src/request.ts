import { ClientError } from "./error.ts";

/** A peer, and how long to wait for it. */
export type PeerOptions = {
  /** The peer's REST address, such as `http://127.0.0.1:9000`. */
  readonly url: string;
  /** For each request; 30 seconds unless given. */
  readonly timeoutMs?: number;
};

type Answer = Record<string, unknown>;

const isAnswer = (value: unknown): value is Answer => typeof value === "object" && value !== null;

const messageOf = (answer: Answer): string =>
  typeof answer["message"] === "string" ? answer["message"] : "no reason given";

/**
 * One JSON request to a peer. Throws ClientError: `PEER_UNREACHABLE`, `PEER_ANSWER` for what is no JSON object, or the
 * code that the peer gave with its refusal.
 */
export const request = async (
  peer: PeerOptions,
  path: string,
  body?: { readonly bytes: Uint8Array | string; readonly contentType: string },
): Promise<Answer> => {
  const url = new URL(path, peer.url);
  const signal = AbortSignal.timeout(peer.timeoutMs ?? 30_000);
  const init: RequestInit =
    body === undefined
      ? { signal }
      : {
          signal,
          method: "POST",
          body: body.bytes as BodyInit,
          headers: { "content-type": body.contentType },
        };
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(url, init);
    answer = await response.json();
  } catch (cause) {
    throw new ClientError("PEER_UNREACHABLE", `${url.origin} gives no answer: is the peer running?`, {
      cause,
    });
  }
  const { status } = response;
  if (!isAnswer(answer))
    throw new ClientError("PEER_ANSWER", `${url.href} did not answer with a JSON object`, { status });
  if (!response.ok) {
    const code = typeof answer["code"] === "string" ? answer["code"] : "PEER_REFUSED";
    throw new ClientError(code, messageOf(answer), { status });
  }
  return answer;
};
