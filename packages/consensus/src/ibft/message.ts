import { type Bytes, SIGNATURE_BYTES } from "@dure/crypto";
import {
  type Certificate,
  type Decoded,
  decode,
  type ExecutionCertificate,
  type Reader,
  readCertificate,
  readExecutionCertificate,
  Writer,
  writeCertificate,
  writeExecutionCertificate,
} from "@dure/types";
import { type Attestation, decodeMessage as decodeLftMessage } from "../lft/message.ts";
import {
  type Ballot,
  type Prepared,
  readBallot,
  readPrepared,
  writeBallot,
  writePrepared,
} from "./prepared.ts";
import {
  type RoundChangeCertificate,
  readOptional,
  readRoundChangeCertificate,
  writeOptional,
  writeRoundChangeCertificate,
} from "./round-change.ts";

/** A leader's proposal: a new block, or the one that an earlier round prepared. */
export type PrePrepare = {
  readonly type: "prePrepare";
  readonly round: number;
  readonly headerBytes: Bytes;
  readonly bodyBytes: Bytes;
  /** What justifies it: due in every round but the first. */
  readonly ground: RoundChangeCertificate | undefined;
  readonly signature: Bytes;
};

/** A PREPARE, or a COMMIT, whose signature covers all but the height, which its block id binds. */
export type Vote = Ballot & {
  readonly type: "prepare" | "commit";
  readonly signer: number;
  readonly signature: Bytes;
};

export type RoundChange = {
  readonly type: "roundChange";
  readonly epoch: number;
  readonly height: number;
  readonly round: number;
  /** Its signer's prepared certificate; the signature covers its round and block. */
  readonly prepared: Prepared | undefined;
  readonly signer: number;
  readonly signature: Bytes;
};

/** A peer's head (rule 10). Height and round are hints. */
export type Status = {
  readonly type: "status";
  readonly height: number;
  readonly round: number;
  readonly execution: ExecutionCertificate | undefined;
};

/** The last committed block's header with its commit certificate, for a validator that still decides that height. */
export type Committed = {
  readonly type: "committed";
  readonly headerBytes: Bytes;
  readonly certificate: Certificate;
};

/** What belongs to the decision of one height. */
export type Ballots = PrePrepare | Vote | RoundChange;

/** The messages that are this engine's alone. */
export type OwnMessage = Ballots | Status | Committed;

export type Message = OwnMessage | Attestation;

const VERSION = 1;
/** Apart from LFT's, whose attestation (4) is every engine's. */
const TYPE = { prePrepare: 16, prepare: 17, commit: 18, roundChange: 19, status: 20, committed: 21 } as const;
const HEADER_BYTES_MAX = 1 << 17;
const BODY_BYTES_MAX = 1 << 20;

const writeMessage = (writer: Writer, message: OwnMessage): Writer => {
  switch (message.type) {
    case "prePrepare":
      writer.u64(message.round).bytes(message.headerBytes).bytes(message.bodyBytes);
      return writeOptional(writer, message.ground, writeRoundChangeCertificate).fixed(
        message.signature,
        SIGNATURE_BYTES,
      );
    case "prepare":
    case "commit":
      return writeBallot(writer, message).u16(message.signer).fixed(message.signature, SIGNATURE_BYTES);
    case "roundChange":
      writer.u64(message.epoch).u64(message.height).u64(message.round);
      return writeOptional(writer, message.prepared, writePrepared)
        .u16(message.signer)
        .fixed(message.signature, SIGNATURE_BYTES);
    case "status":
      writer.u64(message.height).u64(message.round);
      return writeOptional(writer, message.execution, writeExecutionCertificate);
    case "committed":
      return writeCertificate(writer.bytes(message.headerBytes), message.certificate);
  }
};

/** Canonical bytes of a message. Attestations are written as LFT's, since every engine shares them. */
export const encodeMessage = (message: OwnMessage): Bytes =>
  writeMessage(new Writer().u8(VERSION).u8(TYPE[message.type]), message).finish();

const readVote = (reader: Reader, type: Vote["type"]): Vote => ({
  type,
  ...readBallot(reader),
  signer: reader.u16(),
  signature: reader.fixed(SIGNATURE_BYTES),
});

const readMessage = (reader: Reader): Message => {
  reader.expect(VERSION, "the message's version");
  const type = reader.u8();
  switch (type) {
    case TYPE.prePrepare:
      return {
        type: "prePrepare",
        round: reader.u64(),
        headerBytes: reader.bytes(HEADER_BYTES_MAX),
        bodyBytes: reader.bytes(BODY_BYTES_MAX),
        ground: readOptional(reader, readRoundChangeCertificate),
        signature: reader.fixed(SIGNATURE_BYTES),
      };
    case TYPE.prepare:
      return readVote(reader, "prepare");
    case TYPE.commit:
      return readVote(reader, "commit");
    case TYPE.roundChange:
      return {
        type: "roundChange",
        epoch: reader.u64(),
        height: reader.u64(),
        round: reader.u64(),
        prepared: readOptional(reader, readPrepared),
        signer: reader.u16(),
        signature: reader.fixed(SIGNATURE_BYTES),
      };
    case TYPE.status:
      return {
        type: "status",
        height: reader.u64(),
        round: reader.u64(),
        execution: readOptional(reader, readExecutionCertificate),
      };
    case TYPE.committed:
      return {
        type: "committed",
        headerBytes: reader.bytes(HEADER_BYTES_MAX),
        certificate: readCertificate(reader),
      };
    default:
      return reader.fail(`no message type ${type}`);
  }
};

/** Reads a message strictly; no signature is verified. */
export const decodeMessage = (bytes: Bytes): Decoded<Message> => {
  const isOwn = Object.values<number>(TYPE).includes(bytes[1] ?? 0);
  if (isOwn) return decode(bytes, readMessage);
  const shared = decodeLftMessage(bytes);
  if (!shared.ok) return shared;
  return shared.value.type === "attest"
    ? { ok: true, value: shared.value }
    : { ok: false, message: "a message of another engine" };
};
