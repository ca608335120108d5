/**
 * Moves opaque frames between the peers of a channel: gRPC over mutual TLS 1.3.
 *
 * Owns: connections (who dials, reconnecting, keepalive), proof of the other peer's identity, one stream for each pair
 * of peers, channel and lane (`consensus` for small urgent frames, `bulk` for batches and sync), bounded queues.
 * Guarantees: a peer is who a certificate of its own organisation says, on both sides; frames of a lane arrive in
 * order, between `onUp` and `onDown`, from members of that very channel alone; nothing grows without bound, and
 * nothing that arrives from outside, with or without a certificate, ends the process.
 * Leaves to others: what frames mean, that they arrive (a broken link loses those on their way), who is a member
 * (`authorize`), where peers are (`setPeers`).
 * The wire is described in peer.proto.
 */
export type { ChannelHandlers } from "./channel.ts";
export type { NetworkEvent } from "./event.ts";
export { isLane, LANES, type Lane } from "./lane.ts";
export { DEFAULT_LIMITS, DEFAULT_TIMING, type Limits, type Timing } from "./limits.ts";
export { NetworkError } from "./network-error.ts";
export {
  createPeerVerifier,
  type PeerVerifier,
  type TransportIdentity,
  type Verdict,
} from "./peer-identity.ts";
export { PROTOCOL_VERSION } from "./protocol.ts";
export { flat } from "./topology/flat.ts";
export type { Topology } from "./topology/topology.ts";
export {
  createTransport,
  type Membership,
  type PeerAddress,
  type Transport,
  type TransportOptions,
} from "./transport.ts";
