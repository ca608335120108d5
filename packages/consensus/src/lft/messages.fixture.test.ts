/** Arbitrary messages of LFT, well-formed in their encoding and otherwise free. Shared by this folder's tests. */
import {
  CERTIFICATE_KIND,
  type Certificate,
  collectSignatures,
  type Execution,
  type Hash,
  type Signatures,
  toHex,
} from "@dure/types";
import fc from "fast-check";
import type { Claim } from "./evidence.ts";
import type { Message } from "./message.ts";
import { PROPOSAL_KIND } from "./propose-statement.ts";
import type { DurableRecord } from "./record.ts";
import type { TimeoutCertificate } from "./timeout-certificate.ts";

/** Plain objects, as decoders make them. */
const record = <T>(model: { [Key in keyof T]: fc.Arbitrary<T[Key]> }): fc.Arbitrary<T> =>
  fc.record<T>(model, { noNullPrototype: true });

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hashes = bytesOf(32).map((bytes) => toHex(bytes) as Hash);
const u64 = fc.oneof(fc.nat(8), fc.maxSafeNat(), fc.constantFrom(0, 1, Number.MAX_SAFE_INTEGER));
const kinds = fc.constantFrom(CERTIFICATE_KIND.vote, CERTIFICATE_KIND.commit);
const signature = bytesOf(64);
const signer = fc.oneof(fc.nat(5), fc.nat(0xffff));

const signatures: fc.Arbitrary<Signatures> = fc
  .tuple(fc.nat(9), fc.array(fc.tuple(fc.nat(8), signature), { maxLength: 5 }))
  .map(([count, pairs]) => collectSignatures(count, new Map(pairs.filter(([at]) => at < count))));

const certificates: fc.Arbitrary<Certificate> = record({
  kind: kinds,
  epoch: u64,
  view: u64,
  blockId: hashes,
  signatures,
});

const timeoutCertificates: fc.Arbitrary<TimeoutCertificate> = fc
  .record({ epoch: u64, view: u64, signatures, highQc: certificates, seed: u64 })
  .map(({ seed, ...tc }) => ({ ...tc, reported: tc.signatures.signers.map(() => seed) }));

const executions: fc.Arbitrary<Execution> = record({
  epoch: u64,
  height: u64,
  stateRoot: fc.option(hashes, { nil: undefined }),
  receiptsRoot: hashes,
});

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const claims: fc.Arbitrary<Claim> = fc.oneof(
  record({
    type: fc.constantFrom(
      "vote" as const,
      "commitVote" as const,
      "proposal" as const,
      "earlyProposal" as const,
    ),
    view: u64,
    blockId: hashes,
    signature,
  }),
  record({ type: fc.constant("timeout" as const), view: u64, highQcView: u64, signature }),
);

export const messages: fc.Arbitrary<Message> = fc.oneof(
  record({
    type: fc.constant("proposal" as const),
    kind: fc.constantFrom(...Object.values(PROPOSAL_KIND)),
    headerBytes: fc.uint8Array({ maxLength: 200 }),
    bodyBytes: fc.uint8Array({ maxLength: 60 }),
    qc: certificates,
    tc: optional(timeoutCertificates),
    signature,
  }),
  record({
    type: fc.constant("vote" as const),
    kind: kinds,
    epoch: u64,
    view: u64,
    blockId: hashes,
    signer,
    signature,
  }),
  record({
    type: fc.constant("timeout" as const),
    epoch: u64,
    view: u64,
    highQc: certificates,
    signer,
    signature,
  }),
  record({ type: fc.constant("attest" as const), execution: executions, signer, signature }),
  record({
    type: fc.constant("status" as const),
    height: u64,
    highQc: certificates,
    highTc: optional(timeoutCertificates),
    execution: optional(
      fc.tuple(executions, signatures).map(([execution, by]) => ({ ...execution, signatures: by })),
    ),
  }),
  record({
    type: fc.constant("groupVote" as const),
    kind: kinds,
    epoch: u64,
    view: u64,
    blockId: hashes,
    signatures,
  }),
  record({
    type: fc.constant("evidence" as const),
    evidence: record({ epoch: u64, validator: signer, first: claims, second: claims }),
  }),
  record({ type: fc.constant("certificate" as const), certificate: certificates }),
  record({ type: fc.constant("timeoutCertificate" as const), tc: timeoutCertificates }),
);

const voted = record({ view: u64, blockId: hashes });

export const records: fc.Arbitrary<DurableRecord> = record({
  epoch: u64,
  view: u64,
  proposed: voted,
  proposedEarly: voted,
  voted,
  commitVoted: voted,
  timedOut: u64,
  timeoutQc: certificates,
  highQc: certificates,
  highTc: optional(timeoutCertificates),
});

/** The bytes with a few of them changed, cut off or added. */
export const mutationsOf = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      bytes,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.integer({ min: -9, max: 9 }),
    )
    .map(([from, changes, grow]) => {
      const to = new Uint8Array(Math.max(0, from.length + grow));
      to.set(from.subarray(0, to.length));
      for (const [at, value] of changes) if (to.length > 0) to[at % to.length] = value;
      return to;
    });
