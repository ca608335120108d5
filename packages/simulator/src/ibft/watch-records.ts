import { decodeIbftRecord, type IbftRecord, type IbftState } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Report } from "../violation.ts";

export type RecordWatch = {
  readonly persisted: (node: number, record: Bytes) => void;
  readonly stepped: (node: number, state: IbftState) => void;
};

const fieldsOf = ({ proposed, voted, commitVoted, prepared, changed }: IbftRecord) => ({
  proposed,
  voted: voted.round,
  commitVoted: commitVoted.round,
  prepared: prepared?.round ?? 0,
  changed,
});

/** Entries that any buffer of an engine may hold, per validator, round and unexecuted height. */
const ENTRIES_MAX = 600;

const sizeOf = ({
  blocks,
  proposals,
  prepares,
  commits,
  certified,
  roundChanges,
  later,
}: IbftState): number => {
  let size = blocks.size + proposals.size + certified.size + roundChanges.size + prepares.size + commits.size;
  for (const kept of later.values()) size += kept.size;
  return size;
};

/** Durable records never go back at a height, nor in heights; and an engine's memory is bounded. */
export const watchRecords = (report: Report): RecordWatch => {
  const records = new Map<number, IbftRecord>();
  return {
    persisted: (node, bytes) => {
      const decoded = decodeIbftRecord(bytes);
      if (!decoded.ok) return report("durable fields never fall", `node ${node}: ${decoded.message}`);
      const before = records.get(node);
      const record = decoded.value;
      records.set(node, record);
      if (before === undefined || record.height > before.height) return;
      if (record.height < before.height)
        return report(
          "durable fields never fall",
          `node ${node}: height ${before.height} to ${record.height}`,
        );
      const [was, is] = [fieldsOf(before), fieldsOf(record)];
      for (const name of Object.keys(is) as (keyof typeof is)[])
        if (is[name] < was[name])
          report("durable fields never fall", `node ${node}: ${name} from ${was[name]} to ${is[name]}`);
    },
    stepped: (node, state) => {
      const size = sizeOf(state);
      if (size > ENTRIES_MAX) report("buffers are bounded", `node ${node} holds ${size} entries`);
    },
  };
};
