import { type EngineConfig, quorumsOf } from "@dure/consensus";
import type { Hash } from "@dure/types";
import { Blocks } from "./blocks.ts";
import type { Disk } from "./disk.ts";
import type { Observer } from "./observer.ts";
import type { Protocol } from "./protocol.ts";
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

  const onCertified = (id: Hash, what: string): void => {
    const height = blocks.header(id)?.height ?? 0;
    if (height <= chain.height()) return;
    const isHeld = disks().some(({ candidates }) => candidates.has(id));
    if (!isHeld) report("certified data is durable", `${what} of ${id.slice(0, 8)} at height ${height}`);
  };

  const watch = protocol.watch({ blocks, quorums, faulty, report, onCertified });
  const chain = watchChain(report, watch.committed);

  return {
    chain,
    violations,
    report,
    observer: {
      sent: watch.sent,
      persisted: (node, record, candidates) => {
        // A leader may crash between writing its block and sending it, and go on with it all the same.
        for (const { headerBytes } of candidates) blocks.add(headerBytes);
        watch.persisted(node, record);
      },
      appended: chain.appended,
      executed: chain.executed,
      stepped: watch.stepped,
      crashed: watch.crashed,
      complained: (node, effect) => {
        if (effect.type === "diverged") {
          return report("state roots agree", `node ${node} is told that it diverged at ${effect.height}`);
        }
        if (effect.from === undefined || effect.from === node || !isHonest(effect.from)) return;
        report(
          "honest messages are accepted",
          `node ${node} refused one of ${effect.from}: ${effect.reason}`,
        );
      },
    },
  };
};
