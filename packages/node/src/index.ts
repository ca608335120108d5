/**
 * A peer: puts the packages below together as one process.
 *
 * Owns: the effect interpreter (`channel/driver.ts`), the life of a channel on a peer (`channel/`), the peer protocol's
 * frames, admission, sync, and the REST faces (`rest/`).
 * Guarantees: effects are carried out in order, and nothing leaves before what it depends on is synced; what a peer or
 * client sends is answered or dropped, and never ends the process; a disk that fails does.
 * Leaves to others: the rules of consensus (consensus), what survives (ledger), who is who (membership), enrolment and
 * the address book (the caller).
 */
export type {
  BlockView,
  ChannelCounts,
  ChannelStatus,
  ChannelView,
  TransactionView,
} from "./channel/view.ts";
export { NodeError } from "./error.ts";
export { createLogger } from "./logger.ts";
export { createPeer, type Peer, type PeerOptions } from "./peer.ts";
export { HTTP_STATUS } from "./rest/refusal.ts";
