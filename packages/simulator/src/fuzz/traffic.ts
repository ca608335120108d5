import type { EngineName } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import { CERTIFICATE_KIND, type CommitProof, encodeBlock, Writer, writeCommitProof } from "@dure/types";
import { simulate } from "../run.ts";

/** What peers said and kept in some histories, each kind of it bounded: what mutations start from. */
export type Traffic = {
  readonly messages: readonly Bytes[];
  readonly headers: readonly Bytes[];
  readonly blocks: readonly Bytes[];
  readonly proofs: readonly Bytes[];
};

const KEPT_PER_TYPE = 40;
/** Whose channels the traffic is of, unless one is asked for. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

/** Messages and blocks of an engine from histories with faults, so that rare kinds are among them. */
export const trafficOf = (engine: EngineName, seeds: readonly number[] = SEEDS): Traffic => {
  const byType = new Map<string, Bytes[]>();
  const keep = (type: string, bytes: Bytes): void => {
    const kept = byType.get(type) ?? [];
    byType.set(type, kept);
    if (kept.length < KEPT_PER_TYPE) kept.push(Uint8Array.from(bytes));
  };
  const proofBytes = (proof: CommitProof): Bytes => writeCommitProof(new Writer(), proof).finish();
  for (const seed of seeds)
    simulate({
      validators: 4,
      engine,
      seed,
      onFrame: (frame) => {
        if (frame.type === "consensus") keep(`message ${frame.message.type}`, frame.bytes);
        if (frame.type !== "blocks") return;
        for (const { candidate, proof } of frame.blocks) {
          keep("header", candidate.headerBytes);
          const { headerBytes, bodyBytes } = candidate;
          keep("block", encodeBlock({ headerBytes, bodyBytes, batches: [], proof }));
          if (proof === undefined) continue;
          const kind = proof.kind === "descendant" ? CERTIFICATE_KIND.vote : proof.certificate.kind;
          keep(`proof ${proof.kind} ${kind}`, proofBytes(proof));
        }
      },
    });
  const of = (prefix: string): readonly Bytes[] =>
    [...byType].flatMap(([type, kept]) => (type.startsWith(prefix) ? kept : []));
  return { messages: of("message"), headers: of("header"), blocks: of("block"), proofs: of("proof") };
};
