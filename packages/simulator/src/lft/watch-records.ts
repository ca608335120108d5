import { type DurableRecord, decodeRecord, type LftState } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Report } from "../violation.ts";

export type RecordWatch = {
  readonly persisted: (node: number, record: Bytes) => void;
  readonly stepped: (node: number, state: LftState) => void;
  readonly crashed: (node: number) => void;
};

const fieldsOf = ({
  view,
  proposed,
  proposedEarly,
  voted,
  commitVoted,
  timedOut,
  highQc,
  highTc,
}: DurableRecord) => ({
  view,
  proposed: proposed.view,
  proposedEarly: proposedEarly.view,
  voted: voted.view,
  commitVoted: commitVoted.view,
  timedOut,
  highQc: highQc.view,
  highTc: highTc?.view ?? 0,
});

/** Entries that any buffer of an engine may hold, per validator, tenure view and unexecuted height. */
const ENTRIES_MAX = 400;

const sizeOf = (state: LftState): number => {
  const { blocks, certified, proposals, early, votes, commitVotes, timeouts } = state;
  return (
    blocks.size + certified.size + proposals.size + early.size + votes.size + commitVotes.size + timeouts.size
  );
};

/** Durable records never go back, nor does the highest QC in memory; and an engine's memory is bounded. */
export const watchRecords = (isHonest: (node: number) => boolean, report: Report): RecordWatch => {
  const records = new Map<number, ReturnType<typeof fieldsOf>>();
  const highest = new Map<number, number>();
  return {
    persisted: (node, bytes) => {
      const decoded = decodeRecord(bytes);
      if (!decoded.ok) return report("durable fields never fall", `node ${node}: ${decoded.message}`);
      const fields = fieldsOf(decoded.value);
      const before = records.get(node);
      for (const name of Object.keys(fields) as (keyof typeof fields)[]) {
        if (before === undefined || fields[name] >= before[name]) continue;
        const invariant = name === "highQc" ? "highQC never falls" : "durable fields never fall";
        report(invariant, `node ${node}: ${name} from ${before[name]} to ${fields[name]}`);
      }
      records.set(node, fields);
    },
    stepped: (node, state) => {
      const highQcView = state.record.highQc.view;
      const before = highest.get(node) ?? 0;
      if (isHonest(node) && highQcView < before)
        report("highQC never falls", `node ${node}: ${before} to ${highQcView}`);
      highest.set(node, highQcView);
      const size = sizeOf(state);
      if (size > ENTRIES_MAX) report("buffers are bounded", `node ${node} holds ${size} entries`);
    },
    crashed: (node) => {
      // What was learned and on no disk is lost; no message that left depended on it.
      highest.set(node, records.get(node)?.highQc ?? 0);
    },
  };
};
