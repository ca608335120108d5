import { type EngineConfig, quorumsOf } from "@dure/consensus";
import type { Hash } from "@dure/types";
import { Blocks } from "./blocks.ts";
import type { Disk } from "./disk.ts";
import type { Observer } from "./observer.ts";
import type { Invariant, Report, Violation } from "./violation.ts";
import { watchCertificates } from "./watch-certificates.ts";
import { type ChainWatch, watchChain } from "./watch-chain.ts";
import { watchRecords } from "./watch-records.ts";
import { watchSignatures } from "./watch-signatures.ts";

export type Invariants = {
  readonly observer: Observer;
  readonly chain: ChainWatch;
  readonly violations: readonly Violation[];
  readonly report: Report;
  /** View of the newest committed block. */
  readonly committedView: () => number;
};

/** More violations than this say nothing new. */
const REPORTED_MAX = 5;

export type InvariantOptions = {
  readonly config: EngineConfig;
  /** Validators that owe nothing. */
  readonly faulty: readonly number[];
  readonly ignored: readonly Invariant[];
  /** Of the honest. */
  readonly disks: () => readonly Disk[];
  readonly nowMs: () => number;
};

/** Everything that specs/lft.md says must hold at every step, checked as things happen. */
export const createInvariants = ({ config, faulty, ignored, disks, nowMs }: InvariantOptions): Invariants => {
  const violations: Violation[] = [];
  const report: Report = (invariant, detail) => {
    const isAsked = !ignored.includes(invariant) && violations.length < REPORTED_MAX;
    if (isAsked) violations.push({ invariant, detail, atMs: nowMs() });
  };
  const isHonest = (node: number): boolean => !faulty.includes(node);
  const blocks = new Blocks(config.suite);
  const quorums = quorumsOf(config);
  let committedView = 0;

  const checkData = (id: Hash, view: number): void => {
    const height = blocks.header(id)?.height ?? 0;
    if (height <= chain.height()) return;
    const isHeld = disks().some(({ candidates }) => candidates.has(id));
    if (!isHeld) report("certified data is durable", `QC(${view}, ${id.slice(0, 8)}) of height ${height}`);
  };

  const signatures = watchSignatures(blocks, isHonest, report);
  const certificates = watchCertificates(blocks, quorums, faulty, report, checkData);
  const records = watchRecords(isHonest, report);
  const chain = watchChain(report, ({ candidate: { id, header } }) => {
    committedView = Math.max(committedView, header.view);
    certificates.committed(id);
  });

  return {
    chain,
    violations,
    report,
    committedView: () => committedView,
    observer: {
      sent: (node, message) => {
        signatures(node, message);
        certificates.sent(node, message);
      },
      persisted: (node, record, candidates) => {
        // A leader may crash between writing its block and sending it, and go on with it all the same.
        for (const { headerBytes } of candidates) blocks.add(headerBytes);
        records.persisted(node, record);
      },
      appended: chain.appended,
      executed: chain.executed,
      stepped: records.stepped,
      crashed: records.crashed,
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
