import type { Bytes } from "@dure/crypto";
import type { Ledger } from "@dure/ledger";
import { type Execution, encodeBlock, type Hash } from "@dure/types";

/** The bytes of a committed block; undefined if the log does not hold it. */
export const blockBytes = async (ledger: Ledger, id: Hash): Promise<Bytes | undefined> => {
  const height = await ledger.heightOf(id);
  const read = height === undefined ? undefined : await ledger.read(height);
  return read === undefined ? undefined : encodeBlock(read.block);
};

/**
 * Committed blocks from a height on, as many as fit into `bytesMax` and up to one that carries a proof, since those
 * above the last proof could not be verified. At least those up to the first proof.
 */
export const blockRange = async (
  ledger: Ledger,
  fromHeight: number,
  bytesMax: number,
): Promise<readonly Bytes[]> => {
  const blocks: Bytes[] = [];
  let proven = 0;
  let bytes = 0;
  for (let height = Math.max(1, fromHeight); bytes < bytesMax || proven === 0; height++) {
    const read = await ledger.read(height);
    if (read === undefined) break;
    const encoded = encodeBlock(read.block);
    blocks.push(encoded);
    bytes += encoded.length;
    if (read.block.proof !== undefined) proven = blocks.length;
  }
  return blocks.slice(0, proven);
};

/**
 * Heights that this node executed and has to attest in an epoch: those above the newest certificate that a quorum of the
 * epoch formed, or, of older ones, that the chain carries (lft.md rule 17).
 */
export const unattested = (ledger: Ledger, epoch: number): readonly Execution[] => {
  const executions: Execution[] = [];
  const newest = ledger.newestExecutionCertificate();
  const certified = newest?.epoch === epoch ? newest.height : (ledger.head()?.executionHeight ?? 0);
  // A state that began as a snapshot may be ahead of the log: what others executed is not attested by this node.
  const last = Math.min(ledger.executedHeight(), ledger.head()?.height ?? 0);
  for (let height = Math.max(certified + 1, ledger.resultsFrom()); height <= last; height++) {
    const roots = ledger.roots(height);
    if (roots !== undefined) executions.push({ epoch, height, ...roots });
  }
  return executions;
};
