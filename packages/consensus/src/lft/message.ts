import { type Bytes, SIGNATURE_BYTES } from "@dure/crypto";
import {
  CERTIFICATE_KIND,
  type Certificate,
  type CertificateKind,
  type Decoded,
  decode,
  type Execution,
  type ExecutionCertificate,
  type Hash,
  type Reader,
  readCertificate,
  readExecution,
  readExecutionCertificate,
  readHash,
  readSignatures,
  type Signatures,
  Writer,
  writeCertificate,
  writeExecution,
  writeExecutionCertificate,
  writeHash,
  writeSignatures,
} from "@dure/types";
import { type Evidence, readEvidence, writeEvidence } from "./evidence.ts";
import { PROPOSAL_KIND } from "./propose-statement.ts";
import {
  readTimeoutCertificate,
  type TimeoutCertificate,
  writeTimeoutCertificate,
} from "./timeout-certificate.ts";

export type Proposal = {
  readonly type: "proposal";
  readonly kind: number;
  readonly headerBytes: Bytes;
  readonly bodyBytes: Bytes;
  /** The piggybacked votes for the parent; of an optimistic proposal, whose parent has none yet, the highest QC. */
  readonly qc: Certificate;
  /** Where the view was entered by one. */
  readonly tc: TimeoutCertificate | undefined;
  readonly signature: Bytes;
};

export type Vote = {
  readonly type: "vote";
  readonly kind: CertificateKind;
  readonly epoch: number;
  readonly view: number;
  readonly blockId: Hash;
  readonly signer: number;
  readonly signature: Bytes;
};

/** The votes of a group's members for one block, by which the group agrees: one message for the other groups. */
export type GroupVote = {
  readonly type: "groupVote";
  readonly kind: CertificateKind;
  readonly epoch: number;
  readonly view: number;
  readonly blockId: Hash;
  readonly signatures: Signatures;
};

export type Timeout = {
  readonly type: "timeout";
  readonly epoch: number;
  readonly view: number;
  readonly highQc: Certificate;
  readonly signer: number;
  readonly signature: Bytes;
};

export type Attestation = {
  readonly type: "attest";
  readonly execution: Execution;
  readonly signer: number;
  readonly signature: Bytes;
};

/** A peer's head (rule 10). The height is a hint; the certificates speak for themselves. */
export type Status = {
  readonly type: "status";
  readonly height: number;
  readonly highQc: Certificate;
  readonly highTc: TimeoutCertificate | undefined;
  readonly execution: ExecutionCertificate | undefined;
};

export type Message =
  | Proposal
  | Vote
  | GroupVote
  | Timeout
  | Attestation
  | Status
  | { readonly type: "certificate"; readonly certificate: Certificate }
  | { readonly type: "timeoutCertificate"; readonly tc: TimeoutCertificate }
  | { readonly type: "evidence"; readonly evidence: Evidence };

const VERSION = 1;
const TYPE = {
  proposal: 1,
  vote: 2,
  timeout: 3,
  attest: 4,
  status: 5,
  certificate: 6,
  timeoutCertificate: 7,
  groupVote: 8,
  evidence: 9,
} as const;
const HEADER_BYTES_MAX = 1 << 17;
const BODY_BYTES_MAX = 1 << 20;

const writeOptional = <T>(
  writer: Writer,
  value: T | undefined,
  write: (writer: Writer, value: T) => Writer,
): Writer => (value === undefined ? writer.flag(false) : write(writer.flag(true), value));

const readOptional = <T>(reader: Reader, read: (reader: Reader) => T): T | undefined =>
  reader.flag() ? read(reader) : undefined;

const writeMessage = (writer: Writer, message: Message): Writer => {
  switch (message.type) {
    case "proposal":
      writer.u8(message.kind).bytes(message.headerBytes).bytes(message.bodyBytes);
      writeOptional(writeCertificate(writer, message.qc), message.tc, writeTimeoutCertificate);
      return writer.fixed(message.signature, SIGNATURE_BYTES);
    case "vote":
      writeHash(writer.u8(message.kind).u64(message.epoch).u64(message.view), message.blockId);
      return writer.u16(message.signer).fixed(message.signature, SIGNATURE_BYTES);
    case "groupVote":
      writeHash(writer.u8(message.kind).u64(message.epoch).u64(message.view), message.blockId);
      return writeSignatures(writer, message.signatures);
    case "timeout":
      writeCertificate(writer.u64(message.epoch).u64(message.view), message.highQc);
      return writer.u16(message.signer).fixed(message.signature, SIGNATURE_BYTES);
    case "attest":
      return writeExecution(writer, message.execution)
        .u16(message.signer)
        .fixed(message.signature, SIGNATURE_BYTES);
    case "status":
      writeOptional(
        writeCertificate(writer.u64(message.height), message.highQc),
        message.highTc,
        writeTimeoutCertificate,
      );
      return writeOptional(writer, message.execution, writeExecutionCertificate);
    case "certificate":
      return writeCertificate(writer, message.certificate);
    case "timeoutCertificate":
      return writeTimeoutCertificate(writer, message.tc);
    case "evidence":
      return writeEvidence(writer, message.evidence);
  }
};

/** Canonical bytes of a message. */
export const encodeMessage = (message: Message): Bytes =>
  writeMessage(new Writer().u8(VERSION).u8(TYPE[message.type]), message).finish();

const readProposal = (reader: Reader): Proposal => {
  const kind = reader.u8();
  if (kind !== PROPOSAL_KIND.normal && kind !== PROPOSAL_KIND.optimistic)
    reader.fail(`no proposal kind ${kind}`);
  return {
    type: "proposal",
    kind,
    headerBytes: reader.bytes(HEADER_BYTES_MAX),
    bodyBytes: reader.bytes(BODY_BYTES_MAX),
    qc: readCertificate(reader),
    tc: readOptional(reader, readTimeoutCertificate),
    signature: reader.fixed(SIGNATURE_BYTES),
  };
};

const readKind = (reader: Reader): CertificateKind => {
  const kind = reader.u8();
  if (kind !== CERTIFICATE_KIND.vote && kind !== CERTIFICATE_KIND.commit)
    return reader.fail(`no vote kind ${kind}`);
  return kind;
};

const readGroupVote = (reader: Reader): GroupVote => ({
  type: "groupVote",
  kind: readKind(reader),
  epoch: reader.u64(),
  view: reader.u64(),
  blockId: readHash(reader),
  signatures: readSignatures(reader),
});

const readVote = (reader: Reader): Vote => {
  return {
    type: "vote",
    kind: readKind(reader),
    epoch: reader.u64(),
    view: reader.u64(),
    blockId: readHash(reader),
    signer: reader.u16(),
    signature: reader.fixed(SIGNATURE_BYTES),
  };
};

const readTimeout = (reader: Reader): Timeout => ({
  type: "timeout",
  epoch: reader.u64(),
  view: reader.u64(),
  highQc: readCertificate(reader),
  signer: reader.u16(),
  signature: reader.fixed(SIGNATURE_BYTES),
});

const readAttestation = (reader: Reader): Attestation => ({
  type: "attest",
  execution: readExecution(reader),
  signer: reader.u16(),
  signature: reader.fixed(SIGNATURE_BYTES),
});

const readStatus = (reader: Reader): Status => ({
  type: "status",
  height: reader.u64(),
  highQc: readCertificate(reader),
  highTc: readOptional(reader, readTimeoutCertificate),
  execution: readOptional(reader, readExecutionCertificate),
});

const readMessage = (reader: Reader): Message => {
  reader.expect(VERSION, "the message's version");
  const type = reader.u8();
  switch (type) {
    case TYPE.proposal:
      return readProposal(reader);
    case TYPE.vote:
      return readVote(reader);
    case TYPE.groupVote:
      return readGroupVote(reader);
    case TYPE.evidence:
      return { type: "evidence", evidence: readEvidence(reader) };
    case TYPE.timeout:
      return readTimeout(reader);
    case TYPE.attest:
      return readAttestation(reader);
    case TYPE.status:
      return readStatus(reader);
    case TYPE.certificate:
      return { type: "certificate", certificate: readCertificate(reader) };
    case TYPE.timeoutCertificate:
      return { type: "timeoutCertificate", tc: readTimeoutCertificate(reader) };
    default:
      return reader.fail(`no message type ${type}`);
  }
};

/** Reads a message strictly; no signature is verified. */
export const decodeMessage = (bytes: Bytes): Decoded<Message> => decode(bytes, readMessage);
