import { strict as assert } from "node:assert";
import { test } from "node:test";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  attestStatement,
  baseCertificate,
  blockId,
  CERTIFICATE_KIND,
  type Certificate,
  type CertificateKind,
  type CommitProof,
  collectSignatures,
  type ExecutionCertificate,
  encodeHeader,
  type Hash,
  type Header,
  parseHash,
  voteStatement,
} from "@dure/types";
import {
  type TimeoutCertificate,
  timeoutStatement,
  verifyTimeoutCertificate,
} from "./lft/timeout-certificate.ts";
import {
  validatorSet,
  verifyCertificate,
  verifyCommitProof,
  verifyExecutionCertificate,
} from "./verify-certificate.ts";

const suite = createSodiumSuite();
const hash = (digit: string): Hash => parseHash(digit.repeat(64)) ?? assert.fail();
const [channelId, otherChannel, block] = [hash("a"), hash("b"), hash("c")];
const seeds = [1, 2, 3, 4].map((fill) => new Uint8Array(32).fill(fill));
const keyOf = (at: number): Uint8Array => seeds[at] ?? assert.fail();
const set = validatorSet({
  engine: "lft",
  suite,
  channelId,
  epoch: 1,
  base: { blockId: channelId },
  validators: seeds.map((seed) => ({ publicKey: suite.publicKeyOf(seed), weight: 1 })),
});

type Making = {
  readonly kind?: CertificateKind;
  readonly epoch?: number;
  readonly view?: number;
  readonly id?: Hash;
  readonly signers?: readonly number[];
  readonly count?: number;
  /** What is really signed, where it is not what the certificate says. */
  readonly signed?: { channel?: Hash; kind?: CertificateKind; epoch?: number; view?: number; id?: Hash };
  /** Who really signs at each place. */
  readonly keys?: readonly number[];
};

const { vote, commit } = CERTIFICATE_KIND;

const certificate = (making: Making = {}): Certificate => {
  const { kind = vote, epoch = 1, view = 5, id = block, signers = [0, 1, 2], count = 4 } = making;
  const { signed = {}, keys = signers } = making;
  const said = {
    kind: signed.kind ?? kind,
    epoch: signed.epoch ?? epoch,
    view: signed.view ?? view,
    blockId: signed.id ?? id,
  };
  const bytes = voteStatement(signed.channel ?? channelId, said);
  const signatures = new Map(
    signers.map((signer, at) => [signer, suite.sign(keyOf((keys[at] ?? 0) % 4), bytes)]),
  );
  return { kind, epoch, view, blockId: id, signatures: collectSignatures(count, signatures) };
};

const doubled = (): Certificate => {
  const one = certificate({ signers: [0, 1] });
  const [first, second] = one.signatures.signatures;
  const signatures = [first, first, second].map((signature) => signature ?? assert.fail());
  return { ...one, signatures: { validatorCount: 4, signers: [0, 0, 1], signatures } };
};

const lacking = (): Certificate => {
  const one = certificate();
  const signatures = one.signatures.signatures.slice(1);
  return { ...one, signatures: { ...one.signatures, signatures } };
};

const certificates: readonly { name: string; holds: boolean; of: () => Certificate }[] = [
  { name: "votes of a quorum", holds: true, of: () => certificate() },
  {
    name: "commit votes of all",
    holds: true,
    of: () => certificate({ kind: commit, signers: [0, 1, 2, 3] }),
  },
  { name: "the base block's", holds: true, of: () => baseCertificate(1, channelId) },
  { name: "too few signers", holds: false, of: () => certificate({ signers: [0, 1] }) },
  { name: "no signers", holds: false, of: () => certificate({ signers: [] }) },
  { name: "a signer twice", holds: false, of: doubled },
  { name: "a signature that is missing", holds: false, of: lacking },
  { name: "a bitmap for five", holds: false, of: () => certificate({ count: 5 }) },
  { name: "a bitmap for three", holds: false, of: () => certificate({ count: 3 }) },
  { name: "a signer out of range", holds: false, of: () => certificate({ signers: [0, 1, 4] }) },
  { name: "signatures in each other's place", holds: false, of: () => certificate({ keys: [1, 0, 2] }) },
  { name: "one key that signs for all", holds: false, of: () => certificate({ keys: [0, 0, 0] }) },
  { name: "another epoch", holds: false, of: () => certificate({ epoch: 2 }) },
  { name: "votes of another epoch", holds: false, of: () => certificate({ signed: { epoch: 2 } }) },
  {
    name: "votes of another channel",
    holds: false,
    of: () => certificate({ signed: { channel: otherChannel } }),
  },
  { name: "votes for another block", holds: false, of: () => certificate({ signed: { id: otherChannel } }) },
  { name: "votes of another view", holds: false, of: () => certificate({ signed: { view: 4 } }) },
  {
    name: "votes said to be commit votes",
    holds: false,
    of: () => certificate({ kind: commit, signed: { kind: vote } }),
  },
  {
    name: "commit votes said to be votes",
    holds: false,
    of: () => certificate({ signed: { kind: commit } }),
  },
  {
    name: "view 0 with a quorum's signatures",
    holds: false,
    of: () => certificate({ view: 0, id: channelId }),
  },
  { name: "view 0 of another block", holds: false, of: () => baseCertificate(1, block) },
  { name: "view 0 of another epoch", holds: false, of: () => baseCertificate(2, channelId) },
  {
    name: "view 0 as a commit",
    holds: false,
    of: () => ({ ...baseCertificate(1, channelId), kind: commit }),
  },
];

for (const { name, holds, of } of certificates)
  test(`a certificate of ${name} ${holds ? "verifies" : "does not verify"}`, () =>
    assert.equal(verifyCertificate(set, of()), holds));

const header: Header = {
  channelId,
  epoch: 1,
  height: 3,
  view: 5,
  parentId: hash("d"),
  timestampMs: 1,
  proposer: 0,
  bodyRoot: hash("e"),
  transactionCount: 0,
  endsEpoch: false,
  execution: undefined,
};
const idOf = (of: Header): Hash => blockId(suite, encodeHeader(of));
const id = idOf(header);
const child: Header = { ...header, height: 4, view: 6, parentId: id };

const chainProof = (
  of: Header = child,
  parent: Making = {},
  childMaking: Making = {},
): CommitProof & { kind: "chain" } => ({
  kind: "chain",
  certificate: certificate({ id, ...parent }),
  childHeader: encodeHeader(of),
  childCertificate: certificate({ id: idOf(of), view: of.view, ...childMaking }),
});
const commitProof = (making: Making = {}): CommitProof => ({
  kind: "commit",
  certificate: certificate({ kind: commit, id, ...making }),
});

const proofs: readonly { name: string; holds: boolean; of: () => CommitProof }[] = [
  { name: "a commit certificate", holds: true, of: () => commitProof() },
  { name: "QCs of the block and its child of the next view", holds: true, of: () => chainProof() },
  { name: "a QC in place of a commit certificate", holds: false, of: () => commitProof({ kind: vote }) },
  { name: "a commit certificate of another block", holds: false, of: () => commitProof({ id: block }) },
  { name: "a commit certificate of another view", holds: false, of: () => commitProof({ view: 6 }) },
  { name: "a commit certificate without a quorum", holds: false, of: () => commitProof({ signers: [0, 1] }) },
  {
    name: "a child two views on",
    holds: false,
    of: () => chainProof({ ...child, view: 7 }),
  },
  {
    name: "a child of another parent",
    holds: false,
    of: () => chainProof({ ...child, parentId: block }),
  },
  {
    name: "a child of another channel",
    holds: false,
    of: () => chainProof({ ...child, channelId: otherChannel }),
  },
  { name: "a child of another epoch", holds: false, of: () => chainProof({ ...child, epoch: 2 }) },
  { name: "a child whose QC is of another view", holds: false, of: () => chainProof(child, {}, { view: 7 }) },
  {
    name: "a child whose QC is of another block",
    holds: false,
    of: () => chainProof(child, {}, { id: block }),
  },
  { name: "a commit certificate beside a QC", holds: false, of: () => chainProof(child, { kind: commit }) },
  {
    name: "a QC beside a commit certificate",
    holds: false,
    of: () => chainProof(child, {}, { kind: commit }),
  },
  { name: "a parent without a quorum", holds: false, of: () => chainProof(child, { signers: [0, 1] }) },
  { name: "a child without a quorum", holds: false, of: () => chainProof(child, {}, { signers: [2, 3] }) },
  {
    name: "a child that cannot be read",
    holds: false,
    of: () => ({ ...chainProof(), childHeader: Uint8Array.of(1, 2, 3) }),
  },
];

for (const { name, holds, of } of proofs)
  test(`${name} ${holds ? "commits" : "does not commit"} a block`, () =>
    assert.equal(verifyCommitProof(set, id, header, of()), holds));

test("a proof commits no header of another channel, epoch or view, and never the base block", () => {
  for (const change of [{ channelId: otherChannel }, { epoch: 2 }, { view: 4 }] as const)
    assert.equal(verifyCommitProof(set, id, { ...header, ...change }, commitProof()), false);
  const base = { kind: "commit", certificate: baseCertificate(1, channelId) } as const;
  assert.equal(verifyCommitProof(set, channelId, { ...header, view: 0 }, base), false);
});

const execution = (change: Partial<ExecutionCertificate> = {}): ExecutionCertificate => {
  const said = { epoch: 1, height: 3, stateRoot: hash("1"), receiptsRoot: hash("2") };
  const bytes = attestStatement(channelId, said);
  const signatures = new Map([0, 1, 2].map((at) => [at, suite.sign(keyOf(at), bytes)]));
  return { ...said, signatures: collectSignatures(4, signatures), ...change };
};

test("an execution certificate holds for what was attested, and nothing else", () => {
  assert.equal(verifyExecutionCertificate(set, execution()), true);
  for (const change of [
    { epoch: 2 },
    { height: 4 },
    { stateRoot: hash("3") },
    { stateRoot: undefined },
    { receiptsRoot: hash("3") },
    { signatures: collectSignatures(4, new Map()) },
    { signatures: certificate().signatures },
  ])
    assert.equal(verifyExecutionCertificate(set, execution(change)), false, JSON.stringify(change));
});

const timeout = (
  change: Partial<TimeoutCertificate> = {},
  reported: readonly number[] = [5, 3, 0],
): TimeoutCertificate => {
  const signatures = new Map(
    reported.map((highQcView, at) => [
      at,
      suite.sign(keyOf(at), timeoutStatement(channelId, { epoch: 1, view: 8, highQcView })),
    ]),
  );
  const highQc = certificate();
  return { epoch: 1, view: 8, signatures: collectSignatures(4, signatures), reported, highQc, ...change };
};

const timeouts: readonly { name: string; holds: boolean; of: () => TimeoutCertificate }[] = [
  { name: "a quorum and the highest QC it reports", holds: true, of: () => timeout() },
  {
    name: "the base block's QC",
    holds: true,
    of: () => timeout({ highQc: baseCertificate(1, channelId) }, [0, 0, 0]),
  },
  {
    name: "a QC below the highest reported",
    holds: false,
    of: () => timeout({ highQc: certificate({ view: 3 }) }),
  },
  {
    name: "a QC above the highest reported",
    holds: false,
    of: () => timeout({ highQc: certificate({ view: 6 }) }),
  },
  { name: "a report that was not signed", holds: false, of: () => timeout({ reported: [5, 4, 0] }) },
  { name: "fewer reports than signers", holds: false, of: () => timeout({ reported: [5, 3] }) },
  { name: "no signers at all", holds: false, of: () => timeout({}, []) },
  { name: "too few signers", holds: false, of: () => timeout({}, [5, 3]) },
  { name: "another view", holds: false, of: () => timeout({ view: 9 }) },
  { name: "another epoch", holds: false, of: () => timeout({ epoch: 2 }) },
  {
    name: "a QC that does not verify",
    holds: false,
    of: () => timeout({ highQc: certificate({ signers: [0, 1] }) }),
  },
  {
    name: "a commit certificate for its QC",
    holds: false,
    of: () => timeout({ highQc: certificate({ kind: commit }) }),
  },
  {
    name: "a QC above its own view",
    holds: false,
    of: () => timeout({ highQc: certificate({ view: 9 }) }, [9, 3, 0]),
  },
];

for (const { name, holds, of } of timeouts)
  test(`a timeout certificate of ${name} ${holds ? "verifies" : "does not verify"}`, () =>
    assert.equal(verifyTimeoutCertificate(set, of()), holds));
