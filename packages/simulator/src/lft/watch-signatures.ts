import type { Message } from "@dure/consensus";
import { CERTIFICATE_KIND, type Hash } from "@dure/types";
import type { Blocks } from "../blocks.ts";
import type { Report } from "../violation.ts";

/**
 * What honest keys sign. Each says one thing per view and kind, and no TIMEOUT stands beside a commit vote that it
 * contradicts: there is no evidence against an honest node (rule 15).
 */
export const watchSignatures = (
  blocks: Blocks,
  isHonest: (node: number) => boolean,
  report: Report,
): ((node: number, message: Message) => void) => {
  const said = new Map<string, Hash>();
  const timeouts = new Map<number, Map<number, number>>();
  const commitVotes = new Map<number, Set<number>>();

  const once = (key: string, id: Hash): void => {
    const before = said.get(key);
    if (before === undefined) said.set(key, id);
    else if (before !== id)
      report("no honest evidence", `${key}: ${before.slice(0, 8)} and ${id.slice(0, 8)}`);
  };

  const contradicts = (node: number, timeout: number, reported: number, commitView: number): void => {
    if (reported < commitView && commitView <= timeout) {
      const detail = `node ${node}: TIMEOUT(${timeout}, ${reported}) beside COMMIT(${commitView})`;
      report("no honest evidence", detail);
    }
  };

  return (node, message) => {
    if (!isHonest(node)) return;
    if (message.type === "proposal") {
      const id = blocks.add(message.headerBytes);
      const view = id === undefined ? undefined : blocks.header(id)?.view;
      if (id !== undefined) once(`node ${node} proposes (${message.kind}) in ${view}`, id);
    } else if (message.type === "vote" && message.signer === node) {
      const { kind, view, blockId } = message;
      once(`node ${node} ${kind === CERTIFICATE_KIND.vote ? "votes" : "commit-votes"} in ${view}`, blockId);
      if (kind !== CERTIFICATE_KIND.commit) return;
      const own = commitVotes.get(node) ?? new Set();
      commitVotes.set(node, own.add(view));
      for (const [at, reported] of timeouts.get(node) ?? []) contradicts(node, at, reported, view);
    } else if (message.type === "timeout" && message.signer === node) {
      const own = timeouts.get(node) ?? new Map<number, number>();
      timeouts.set(node, own);
      const { view, highQc } = message;
      const before = own.get(view);
      if (before !== undefined && before !== highQc.view) {
        const detail = `node ${node}: TIMEOUT(${view}) reports ${before} and ${highQc.view}`;
        report("no honest evidence", detail);
      }
      own.set(view, highQc.view);
      for (const at of commitVotes.get(node) ?? []) contradicts(node, view, highQc.view, at);
    }
  };
};
