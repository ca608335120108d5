import type { Topology } from "./topology.ts";

/** Everybody is linked with everybody; of each pair the lexicographically lower id (by code unit) dials. */
export const flat = (self: string): Topology => ({
  dials: (peerId) => self < peerId,
  accepts: (peerId) => peerId < self,
});
