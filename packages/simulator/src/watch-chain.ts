import type { Execution, Hash } from "@dure/types";
import { decodeIds, type TransactionId } from "./body.ts";
import type { Committed } from "./disk.ts";
import type { Report } from "./violation.ts";

export type ChainWatch = {
  readonly appended: (node: number, blocks: readonly Committed[]) => void;
  readonly executed: (node: number, execution: Execution) => void;
  readonly height: () => number;
  readonly isCommitted: (id: TransactionId) => boolean;
};

/** The committed chain: one block a height on every honest node, each transaction once, equal roots. */
export const watchChain = (report: Report, onProven: (block: Committed) => void): ChainWatch => {
  const chain: Hash[] = [];
  const committed = new Set<TransactionId>();
  const proven = new Set<Hash>();
  const roots: string[] = [];

  const add = (block: Committed): void => {
    const { header, id, bodyBytes } = block.candidate;
    const parent = chain.at(-1);
    if (parent !== undefined && parent !== header.parentId) {
      report("honest prefixes agree", `height ${header.height} does not follow the committed chain`);
    }
    chain.push(id);
    for (const transaction of decodeIds(bodyBytes) ?? []) {
      if (committed.has(transaction))
        report("at most once", `transaction ${transaction} at ${header.height}`);
      committed.add(transaction);
    }
  };

  /** A block with a proof of its own was committed itself, not only as an ancestor. */
  const prove = (block: Committed): void => {
    if (block.proof === undefined || proven.has(block.candidate.id)) return;
    proven.add(block.candidate.id);
    onProven(block);
  };

  return {
    appended: (node, blocks) => {
      for (const block of blocks) {
        const { header, id } = block.candidate;
        const known = chain[header.height - 1];
        if (known === undefined) add(block);
        else if (known !== id) {
          const detail = `height ${header.height}: ${known.slice(0, 8)} and, on node ${node}, ${id.slice(0, 8)}`;
          report("honest prefixes agree", detail);
        }
        prove(block);
      }
    },
    executed: (node, { height, stateRoot, receiptsRoot }) => {
      const root = `${stateRoot} ${receiptsRoot}`;
      const known = roots[height] ?? root;
      roots[height] = known;
      if (known !== root) report("state roots agree", `height ${height} on node ${node}`);
    },
    height: () => chain.length,
    isCommitted: (id) => committed.has(id),
  };
};
