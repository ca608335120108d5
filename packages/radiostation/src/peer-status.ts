import { z } from "zod";

const Count = z.int().nonnegative();
const Text = z.string().max(256);

/** A peer's v1 status object, as `GET /api/v1/status/peer` of the peer gives it. Unknown fields are dropped. */
export const PeerStatus = z.object({
  made_block_count: Count,
  status: Text,
  peer_type: z.enum(["0", "1"]),
  audience_count: Text,
  consensus: Text,
  peer_id: Text,
  block_height: Count,
  total_tx: Count,
  peer_target: Text,
  leader_complaint: Count,
});

export type PeerStatus = z.infer<typeof PeerStatus>;
