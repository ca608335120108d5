import { status as code } from "@grpc/grpc-js";

/** How a stream ends: a gRPC status code, and a sentence for the operator of the other side. */
export type Status = { readonly code: number; readonly details: string };

/**
 * Every status with which a peer ends a stream on purpose. The text of `NOT_A_MEMBER` is also the answer for a channel
 * that this peer has not joined, so that a stranger cannot find out who takes part in what.
 */
export const REFUSALS = {
  NOT_A_PEER: { code: code.UNAUTHENTICATED, details: "the certificate is not that of a peer" },
  NOT_A_MEMBER: { code: code.PERMISSION_DENIED, details: "not a member of this channel" },
  TOPOLOGY: { code: code.FAILED_PRECONDITION, details: "the topology does not let this peer dial that one" },
  VERSION: { code: code.FAILED_PRECONDITION, details: "this peer speaks version 1 of the peer protocol" },
  HEADER: { code: code.INVALID_ARGUMENT, details: "channel, lane or session is missing or malformed" },
  REPLACED: { code: code.ABORTED, details: "replaced by a newer stream of the same peer" },
  OTHER_LANE: { code: code.ABORTED, details: "the other lane of this link has ended" },
  LEFT: { code: code.UNAVAILABLE, details: "the peer has left the channel" },
  CLOSING: { code: code.UNAVAILABLE, details: "the peer is shutting down" },
  TIMEOUT: { code: code.DEADLINE_EXCEEDED, details: "the other side did not answer in time" },
  MOVED: { code: code.CANCELLED, details: "the address book has changed" },
} as const satisfies Record<string, Status>;

/** The status that an ended stream carries in its error, as far as it has one. */
export const statusOf = (error: unknown): Status => {
  const { code: number, details, message } = (error ?? {}) as Partial<Status> & { message?: string };
  return {
    code: typeof number === "number" ? number : code.UNKNOWN,
    details: details ?? message ?? "the stream ended",
  };
};
