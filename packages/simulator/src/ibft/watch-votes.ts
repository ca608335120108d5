import type { IbftMessage, Quorums } from "@dure/consensus";
import type { Hash } from "@dure/types";
import type { Blocks } from "../blocks.ts";
import type { Report } from "../violation.ts";

type VoteOf = Extract<IbftMessage, { readonly type: "prepare" | "commit" }>;

export type VoteWatch = {
  readonly sent: (node: number, message: IbftMessage) => void;
};

/**
 * What honest keys sign, and the certificates that can exist: what honest validators signed and let leave, and whatever
 * the faulty ones may add, makes a quorum. One prepared block a round, one committed block a height, and no honest
 * ROUND-CHANGE that hides what its signer committed to.
 */
export const watchVotes = (
  blocks: Blocks,
  quorums: Quorums,
  faulty: readonly number[],
  report: Report,
  onCertified: (id: Hash, what: string) => void,
): VoteWatch => {
  const said = new Map<string, Hash>();
  const tallies = new Map<string, Set<number>>();
  /** By height: what each round prepared, and what the earliest round committed. */
  const prepared = new Map<number, Map<number, Hash>>();
  const committed = new Map<number, { readonly id: Hash; readonly round: number }>();
  /** By node and height: the greatest round of its COMMITs. */
  const commits = new Map<string, number>();

  const once = (key: string, id: Hash): void => {
    const before = said.get(key);
    if (before === undefined) said.set(key, id);
    else if (before !== id)
      report("no honest evidence", `${key}: ${before.slice(0, 8)} and ${id.slice(0, 8)}`);
  };

  const makesQuorum = (key: string, signer: number): boolean => {
    const tally = tallies.get(key) ?? new Set(faulty);
    tallies.set(key, tally);
    if (tally.has(signer)) return false;
    const before = quorums.isQuorum(tally);
    tally.add(signer);
    return !before && quorums.isQuorum(tally);
  };

  /** A block that was committed in a round is the only one that later rounds can prepare. */
  const checkPrepared = (height: number, round: number, id: Hash): void => {
    const final = committed.get(height);
    if (final === undefined || final.id === id || round <= final.round) return;
    const detail = `height ${height}: round ${round} prepares ${id.slice(0, 8)} above ${final.id.slice(0, 8)} of round ${final.round}`;
    report("QC above a commit extends it", detail);
  };

  const onPrepared = ({ height, round, blockId }: VoteOf): void => {
    const rounds = prepared.get(height) ?? new Map<number, Hash>();
    prepared.set(height, rounds);
    const other = rounds.get(round) ?? blockId;
    if (other !== blockId) {
      const detail = `height ${height}, round ${round}: ${other.slice(0, 8)} and ${blockId.slice(0, 8)}`;
      report("one QC per view", detail);
    }
    rounds.set(round, blockId);
    checkPrepared(height, round, blockId);
  };

  const onCommitted = ({ height, round, blockId }: VoteOf): void => {
    const other = committed.get(height);
    if (other !== undefined && other.id !== blockId) {
      const detail = `height ${height}: ${other.id.slice(0, 8)} and ${blockId.slice(0, 8)} can be committed`;
      report("honest prefixes agree", detail);
    }
    if (other === undefined || round < other.round) committed.set(height, { id: blockId, round });
    for (const [at, id] of prepared.get(height) ?? []) checkPrepared(height, at, id);
    onCertified(blockId, `COMMITs of round ${round}`);
  };

  const onVote = (node: number, vote: VoteOf): void => {
    const { type, height, round, blockId, signer } = vote;
    if (signer !== node) return;
    once(`node ${node} ${type}s at ${height} in ${round}`, blockId);
    const key = `${node}/${height}`;
    if (type === "commit") commits.set(key, Math.max(commits.get(key) ?? 0, round));
    if (!makesQuorum(`${type}/${height}/${round}/${blockId}`, signer)) return;
    if (type === "prepare") onPrepared(vote);
    else onCommitted(vote);
  };

  return {
    sent: (node, message) => {
      if (message.type === "prePrepare") {
        const id = blocks.add(message.headerBytes);
        const height = id === undefined ? undefined : blocks.header(id)?.height;
        if (id !== undefined && !faulty.includes(node))
          once(`node ${node} proposes at ${height} in ${message.round}`, id);
      }
      if (faulty.includes(node)) return;
      if (message.type === "prepare" || message.type === "commit") return onVote(node, message);
      if (message.type !== "roundChange" || message.signer !== node) return;
      const { height, round, prepared: reported } = message;
      const own = commits.get(`${node}/${height}`) ?? 0;
      if (own < round && (reported?.round ?? 0) < own)
        report(
          "TC after a CC reports it",
          `node ${node}: ROUND-CHANGE(${height}, ${round}) hides its COMMIT of round ${own}`,
        );
    },
  };
};
