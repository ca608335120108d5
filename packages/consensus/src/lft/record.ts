import type { Bytes } from "@dure/crypto";
import {
  baseCertificate,
  type Certificate,
  type Decoded,
  decode,
  type Hash,
  type Reader,
  readCertificate,
  readHash,
  Writer,
  writeCertificate,
  writeHash,
} from "@dure/types";
import {
  readTimeoutCertificate,
  type TimeoutCertificate,
  writeTimeoutCertificate,
} from "./timeout-certificate.ts";

const VERSION = 2;
/** It had no optimistic proposals, and no block id beside the view of a proposal. */
const VERSION_1 = 1;

/** What was signed in which view for which block. View 0: nothing yet. */
export type Voted = { readonly view: number; readonly blockId: Hash };

/**
 * What a validator must never forget (specs/lft.md, durable state). The data of the blocks voted for stands beside it
 * in the journal, and the last commit's proof in the block log.
 */
export type DurableRecord = {
  readonly epoch: number;
  readonly view: number;
  /** The last proposal of rule 3, and of rule 4. */
  readonly proposed: Voted;
  readonly proposedEarly: Voted;
  readonly voted: Voted;
  readonly commitVoted: Voted;
  /** No vote and no commit vote for views up to this one. */
  readonly timedOut: number;
  /** The QC that the last timeout reported, so that the very same TIMEOUT can be sent again. */
  readonly timeoutQc: Certificate;
  readonly highQc: Certificate;
  readonly highTc: TimeoutCertificate | undefined;
};

/** The record of a validator that never signed anything in this epoch. */
export const freshRecord = (epoch: number, baseId: Hash): DurableRecord => {
  const none = { view: 0, blockId: baseId };
  const base = baseCertificate(epoch, baseId);
  return {
    epoch,
    view: 1,
    proposed: none,
    proposedEarly: none,
    voted: none,
    commitVoted: none,
    timedOut: 0,
    timeoutQc: base,
    highQc: base,
    highTc: undefined,
  };
};

const writeVoted = (writer: Writer, voted: Voted): Writer => writeHash(writer.u64(voted.view), voted.blockId);

/** Canonical bytes of a record, for the journal. */
export const encodeRecord = (record: DurableRecord): Bytes => {
  const writer = new Writer().u8(VERSION).u64(record.epoch).u64(record.view);
  writeVoted(writeVoted(writer, record.proposed), record.proposedEarly);
  writeVoted(writeVoted(writer, record.voted), record.commitVoted).u64(record.timedOut);
  writeCertificate(writeCertificate(writer, record.timeoutQc), record.highQc).flag(
    record.highTc !== undefined,
  );
  if (record.highTc !== undefined) writeTimeoutCertificate(writer, record.highTc);
  return writer.finish();
};

const NO_BLOCK = "0".repeat(64) as Hash;

const readVoted = (reader: Reader): Voted => ({ view: reader.u64(), blockId: readHash(reader) });

/** Reads a record strictly. */
export const decodeRecord = (bytes: Bytes): Decoded<DurableRecord> =>
  decode(bytes, (reader) => {
    const version = reader.u8();
    if (version !== VERSION && version !== VERSION_1) reader.fail(`no record's version ${version}`);
    return {
      epoch: reader.u64(),
      view: reader.u64(),
      proposed: version === VERSION_1 ? { view: reader.u64(), blockId: NO_BLOCK } : readVoted(reader),
      proposedEarly: version === VERSION_1 ? { view: 0, blockId: NO_BLOCK } : readVoted(reader),
      voted: readVoted(reader),
      commitVoted: readVoted(reader),
      timedOut: reader.u64(),
      timeoutQc: readCertificate(reader),
      highQc: readCertificate(reader),
      highTc: reader.flag() ? readTimeoutCertificate(reader) : undefined,
    };
  });
