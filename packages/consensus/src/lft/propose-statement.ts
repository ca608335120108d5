import { type Bytes, statement } from "@dure/crypto";
import { type Hash, TAG, Writer, writeHash } from "@dure/types";

/** How a block was proposed: by rule 3, or optimistically by rule 4. */
export const PROPOSAL_KIND = { normal: 1, optimistic: 2 } as const;

/** `PROPOSE(channel, epoch, view, kind, block id)`: what a leader signs. */
export const proposeStatement = (
  channelId: Hash,
  proposal: { readonly epoch: number; readonly view: number; readonly kind: number; readonly blockId: Hash },
): Bytes => {
  const writer = writeHash(new Writer(), channelId).u64(proposal.epoch).u64(proposal.view).u8(proposal.kind);
  return statement(TAG.propose, writeHash(writer, proposal.blockId).finish());
};
