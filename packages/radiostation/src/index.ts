/**
 * The RadioStation: the process that helps a network start and stay visible.
 *
 * Owns: an organisation's certificate authority (root, tokens, issued and revoked certificates), the directory of
 * peers in order of registration, the watch over their heartbeats, the genesis documents of the channels that it
 * founded, its own settings, its gRPC service (protocol.ts) and client, its part of REST v1, and the page.
 * Guarantees: what it answered is on disk; a token is used at most once; a newcomer knows the server before it tells
 * its token's secret; no home is ever overwritten, and none is shared by two processes.
 * Leaves to others: consensus, which never needs it: with it gone, the network goes on. What a genesis document says
 * (membership; its maker is passed in), which roots and revocations a channel honours (membership), where a peer
 * keeps its consensus key (node).
 */
export { type SignedRequest, signRequest } from "./administrator.ts";
export { type RadioStationClient, type RadioStationClientOptions, radioStationClient } from "./client.ts";
export { RadioStationError, type RadioStationErrorCode } from "./error.ts";
export type { Founding } from "./founding.ts";
export { fingerprintOf } from "./home.ts";
export { type HomeLock, lockHome } from "./home-lock.ts";
export { revokeCertificate } from "./issuance.ts";
export { issueClient } from "./issue-client.ts";
export { PeerStatus } from "./peer-status.ts";
export { consensusKeyStatement, type Registration } from "./protocol.ts";
export {
  createRadioStation,
  type RadioStation,
  type RadioStationEvents,
  type RadioStationOptions,
} from "./radio-station.ts";
export { createToken } from "./token.ts";
