/**
 * Who dials whom: a pure policy, the same on every peer.
 *
 * For each pair of peers that shall be linked exactly one side dials and the other accepts. If both dialled, each new
 * link would replace the other's, for ever. A pair where neither dials is not linked: that is how a tiered network
 * keeps its inner peers apart from its outer ones.
 */
export type Topology = {
  /** True if this peer opens the connection to `peerId`. */
  dials(peerId: string): boolean;
  /** True if this peer takes streams that `peerId` opens. */
  accepts(peerId: string): boolean;
};
