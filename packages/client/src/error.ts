/**
 * What went wrong between a client and its peers. `code` is stable; a peer's own codes (docs/errors.md) pass through
 * unchanged. The client's own:
 *
 * | code | meaning |
 * |---|---|
 * | `PEER_UNREACHABLE` | a peer gave no answer |
 * | `PEER_ANSWER` | a peer's answer is not what the request has |
 * | `PEER_LIED` | a peer's answer is contradicted by its proof, or has none |
 * | `PEER_BEHIND` | a peer proved an older state than this client has already seen |
 * | `PEERS_DISAGREE` | too few peers gave the same answer to a query |
 * | `TIMED_OUT` | the time is over; what was submitted may still become final |
 * | `ABORTED` | the caller's signal ended it |
 * | `INPUT_INVALID` | what the caller gave is not what the verb takes |
 * | `GENESIS_INVALID` | the genesis document is none |
 * | `IDENTITY_INVALID` | the certificate or the key is none |
 */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: string;
  /** The HTTP status, where a peer answered. */
  readonly status: number | undefined;
  /** The address of the peer, where one is to blame. */
  readonly peer: string | undefined;

  constructor(
    code: string,
    message: string,
    options: { readonly status?: number; readonly peer?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.peer = options.peer;
  }
}
