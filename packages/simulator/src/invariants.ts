import { type EngineConfig, quorumsOf, recordEpoch } from "@dure/consensus";
import type { Hash } from "@dure/types";
import { Blocks } from "./blocks.ts";
import type { Disk } from "./disk.ts";
import type { Observer } from "./observer.ts";
import type { Protocol, ProtocolWatch } from "./protocol.ts";
import type { Invariant, Report, Violation } from "./violation.ts";
import { type ChainWatch, watchChain } from "./watch-chain.ts";

export type Invariants = {
  readonly observer: Observer;
  readonly chain: ChainWatch;
  readonly violations: readonly Violation[];
  readonly report: Report;
};

/** More violations than this say nothing new. */
const REPORTED_MAX = 5;

export type InvariantOptions = {
  readonly config: EngineConfig;
  readonly protocol: Protocol;
  /** Validators that owe nothing. */
  readonly faulty: readonly number[];
  readonly ignored: readonly Invariant[];
  /** The configuration changes in this run. */
  readonly hasChanges: boolean;
  /** Of the honest. */
  readonly disks: () => readonly Disk[];
  readonly nowMs: () => number;
};

/** Everything that the specifications say must hold at every step, checked as things happen. */
export const createInvariants = (options: InvariantOptions): Invariants => {
  const { config, protocol, faulty, ignored, disks, nowMs } = options;
  const violations: Violation[] = [];
  const report: Report = (invariant, detail) => {
    const isAsked = !ignored.includes(invariant) && violations.length < REPORTED_MAX;
    if (isAsked) violations.push({ invariant, detail, atMs: nowMs() });
  };
  const isHonest = (node: number): boolean => !faulty.includes(node);
  const blocks = new Blocks(config.suite);
  const quorums = quorumsOf(config);
  let endedEpoch = 0;

  const onCertified = (id: Hash, what: string): void => {
    const { height = 0, epoch = 1 } = blocks.header(id) ?? {};
    // Above an epoch's last block stand empty ones, which every node forgets with the epoch.
    if (height <= chain.height() || epoch <= endedEpoch) return;
    const isHeld = disks().some(({ candidates }) => candidates.has(id));
    if (!isHeld) report("certified data is durable", `${what} of ${id.slice(0, 8)} at height ${height}`);
  };

  const watches = new Map<number, ProtocolWatch>();
  /** An epoch's own: views, heights and records begin anew in each. */
  const watchOf = (epoch: number): ProtocolWatch => {
    const known = watches.get(epoch) ?? protocol.watch({ blocks, quorums, faulty, report, onCertified });
    watches.set(epoch, known);
    return known;
  };
  const chain = watchChain(report, (block) => {
    const { epoch, endsEpoch } = block.candidate.header;
    if (endsEpoch) endedEpoch = Math.max(endedEpoch, epoch);
    watchOf(epoch).committed(block);
  });

  return {
    chain,
    violations,
    report,
    observer: {
      sent: (node, message) => {
        const epoch = protocol.epochOf(message);
        if (epoch !== undefined) watchOf(epoch).sent(node, message);
      },
      persisted: (node, record, candidates) => {
        // A leader may crash between writing its block and sending it, and go on with it all the same.
        for (const { headerBytes } of candidates) blocks.add(headerBytes);
        watchOf(recordEpoch(record) ?? 1).persisted(node, record);
      },
      appended: chain.appended,
      executed: chain.executed,
      stepped: (node, state, epoch) => watchOf(epoch).stepped(node, state),
      crashed: (node) => {
        for (const watch of watches.values()) watch.crashed(node);
      },
      complained: (node, effect) => {
        if (effect.type === "diverged") {
          return report("state roots agree", `node ${node} is told that it diverged at ${effect.height}`);
        }
        // What an honest validator says of its epoch may reach another in one before or after.
        if (options.hasChanges) return;
        if (effect.from === undefined || effect.from === node || !isHonest(effect.from)) return;
        report(
          "honest messages are accepted",
          `node ${node} refused one of ${effect.from}: ${effect.reason}`,
        );
      },
    },
  };
};
