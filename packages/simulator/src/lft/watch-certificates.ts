import type { Message, Quorums } from "@dure/consensus";
import { CERTIFICATE_KIND, type Hash } from "@dure/types";
import type { Blocks } from "../blocks.ts";
import type { Report } from "../violation.ts";

export type CertificateWatch = {
  readonly sent: (node: number, message: Message) => void;
  /** A block was committed by a proof of its own. */
  readonly committed: (id: Hash) => void;
};

/**
 * Certificates that can exist: what honest nodes signed and let leave, and whatever the faulty ones may add, makes a
 * quorum. That is more than those which some node has put together, so a broken rule shows before it does harm.
 */
export const watchCertificates = (
  blocks: Blocks,
  quorums: Quorums,
  faulty: readonly number[],
  report: Report,
  onCertified: (id: Hash, view: number) => void,
): CertificateWatch => {
  const tallies = new Map<string, Set<number>>();
  const certified = new Map<number, Hash>();
  const commitViews = new Set<number>();
  /** Per view: what each signer reported, the least of it. */
  const timeouts = new Map<number, Map<number, number>>();
  const proven = new Set<Hash>();
  const committed: { readonly id: Hash; readonly height: number; readonly view: number }[] = [];

  /** Counts a signer; true when this made the quorum. */
  const makesQuorum = (key: string, signer: number): boolean => {
    const tally = tallies.get(key) ?? new Set(faulty);
    tallies.set(key, tally);
    if (tally.has(signer)) return false;
    const before = quorums.isQuorum(tally);
    tally.add(signer);
    return !before && quorums.isQuorum(tally);
  };

  const checkExtends = (id: Hash, view: number): void => {
    for (const below of committed) {
      if (below.view >= view || blocks.ancestorAt(id, below.height) === below.id) continue;
      const detail = `QC(${view}, ${id.slice(0, 8)}) does not extend height ${below.height} of view ${below.view}`;
      report("QC above a commit extends it", detail);
    }
  };

  const checkTimeouts = (view: number, commitView: number): void => {
    const signers = [...faulty];
    for (const [signer, reported] of timeouts.get(view) ?? [])
      if (reported < commitView) signers.push(signer);
    if (!quorums.isQuorum(signers)) return;
    report("TC after a CC reports it", `TC(${view}) below CC(${commitView}): ${signers.join(" ")}`);
  };

  /** A block can be committed by a certificate of its own: every QC of a later view must extend it. */
  const onCommitted = (id: Hash): void => {
    const header = blocks.header(id);
    if (header === undefined || proven.has(id)) return;
    proven.add(id);
    committed.push({ id, height: header.height, view: header.view });
    for (const [at, qc] of certified) if (at > header.view) checkExtends(qc, at);
  };

  const onQc = (id: Hash, view: number): void => {
    const other = certified.get(view);
    if (other !== undefined && other !== id) {
      report("one QC per view", `view ${view}: ${other.slice(0, 8)} and ${id.slice(0, 8)}`);
    }
    certified.set(view, id);
    checkExtends(id, view);
    onCertified(id, view);
    const parent = blocks.header(id)?.parentId;
    if (parent !== undefined && certified.get(view - 1) === parent) onCommitted(parent);
    const child = certified.get(view + 1);
    if (child !== undefined && blocks.header(child)?.parentId === id) onCommitted(id);
  };

  return {
    sent: (node, message) => {
      if (faulty.includes(node)) {
        if (message.type === "proposal") blocks.add(message.headerBytes);
        return;
      }
      if (message.type === "vote") {
        const { kind, view, blockId } = message;
        if (!makesQuorum(`${kind} ${view} ${blockId}`, message.signer)) return;
        if (kind === CERTIFICATE_KIND.vote) return onQc(blockId, view);
        commitViews.add(view);
        onCommitted(blockId);
        for (const timedOut of timeouts.keys()) if (timedOut >= view) checkTimeouts(timedOut, view);
      } else if (message.type === "timeout") {
        const { view, signer, highQc } = message;
        const reported = timeouts.get(view) ?? new Map<number, number>();
        timeouts.set(view, reported);
        if ((reported.get(signer) ?? Number.POSITIVE_INFINITY) <= highQc.view) return;
        reported.set(signer, highQc.view);
        for (const commitView of commitViews) if (commitView <= view) checkTimeouts(view, commitView);
      }
    },
    committed: onCommitted,
  };
};
