import { type Bytes, statement } from "@dure/crypto";
import {
  type Hash,
  type Reader,
  readHash,
  readSignatures,
  type Signatures,
  TAG,
  Writer,
  writeHash,
  writeSignatures,
} from "@dure/types";
import { type Prepared, readPrepared, writePrepared } from "./prepared.ts";

/** What a ROUND-CHANGE reports: the round and block of its signer's prepared certificate; undefined without one. */
export type Report = { readonly round: number; readonly blockId: Hash } | undefined;

/** The ROUND-CHANGEs of a quorum for one round, and the prepared certificate of the greatest round they report. */
export type RoundChangeCertificate = {
  readonly epoch: number;
  readonly height: number;
  readonly round: number;
  readonly signatures: Signatures;
  /** One per signer, in the order of the signers. */
  readonly reports: readonly Report[];
  readonly prepared: Prepared | undefined;
};

const writeReport = (writer: Writer, report: Report): Writer =>
  report === undefined ? writer.flag(false) : writeHash(writer.flag(true).u64(report.round), report.blockId);

const readReport = (reader: Reader): Report =>
  reader.flag() ? { round: reader.u64(), blockId: readHash(reader) } : undefined;

/** `ROUND-CHANGE(channel, epoch, height, round, report)`: what a validator signs when it gives up the rounds below. */
export const roundChangeStatement = (
  channelId: Hash,
  change: {
    readonly epoch: number;
    readonly height: number;
    readonly round: number;
    readonly report: Report;
  },
): Bytes => {
  const writer = writeHash(new Writer(), channelId).u64(change.epoch).u64(change.height).u64(change.round);
  return statement(TAG.roundChange, writeReport(writer, change.report).finish());
};

/** The greatest round of some reports; 0 if none reports a prepared certificate. */
export const highestReported = (reports: readonly Report[]): number =>
  reports.reduce((highest, report) => Math.max(highest, report?.round ?? 0), 0);

export const writeOptional = <T>(
  writer: Writer,
  value: T | undefined,
  write: (writer: Writer, value: T) => Writer,
): Writer => (value === undefined ? writer.flag(false) : write(writer.flag(true), value));

export const readOptional = <T>(reader: Reader, read: (reader: Reader) => T): T | undefined =>
  reader.flag() ? read(reader) : undefined;

export const writeRoundChangeCertificate = (writer: Writer, value: RoundChangeCertificate): Writer => {
  writeSignatures(writer.u64(value.epoch).u64(value.height).u64(value.round), value.signatures);
  for (const report of value.reports) writeReport(writer, report);
  return writeOptional(writer, value.prepared, writePrepared);
};

export const readRoundChangeCertificate = (reader: Reader): RoundChangeCertificate => {
  const epoch = reader.u64();
  const height = reader.u64();
  const round = reader.u64();
  const signatures = readSignatures(reader);
  const reports = signatures.signers.map(() => readReport(reader));
  return { epoch, height, round, signatures, reports, prepared: readOptional(reader, readPrepared) };
};
