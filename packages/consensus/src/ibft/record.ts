import type { Bytes } from "@dure/crypto";
import {
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
import { type Prepared, readPrepared, writePrepared } from "./prepared.ts";
import {
  type RoundChangeCertificate,
  readOptional,
  readRoundChangeCertificate,
  writeOptional,
  writeRoundChangeCertificate,
} from "./round-change.ts";

/** LFT's records begin with 1: a record of the one engine never reads as one of the other. */
const VERSION = 129;

/** A vote that was signed: its round and block. Round 0: none yet at this height. */
export type Voted = { readonly round: number; readonly blockId: Hash };

/**
 * What a validator must never forget (specs/ibft.md, durable state): all that it signed at the height that it decides.
 * The data of the blocks it prepared stands beside it in the journal.
 */
export type DurableRecord = {
  readonly epoch: number;
  readonly height: number;
  /** The last round in which this node proposed, and by what right, so that the very same PRE-PREPARE is sent again. */
  readonly proposed: number;
  readonly ground: RoundChangeCertificate | undefined;
  /** The last PREPARE. */
  readonly voted: Voted;
  /** The last COMMIT. */
  readonly commitVoted: Voted;
  /** The prepared certificate of the greatest round, which a COMMIT rests on and a ROUND-CHANGE reports. */
  readonly prepared: Prepared | undefined;
  /** The round of the last ROUND-CHANGE: no PREPARE and no COMMIT below it. 0: none yet at this height. */
  readonly changed: number;
  /** What that ROUND-CHANGE reported, so that the very same one is sent again. */
  readonly reported: Prepared | undefined;
  /**
   * The commit certificate of the block below, if this node formed or received it: the log may not hold it yet when
   * this record is written, and no other one may hold it at all.
   */
  readonly last: Certificate | undefined;
};

/** The record of a validator that signed nothing at this height yet. */
export const freshRecord = (
  epoch: number,
  height: number,
  parentId: Hash,
  last?: Certificate,
): DurableRecord => {
  const none = { round: 0, blockId: parentId };
  return {
    epoch,
    height,
    proposed: 0,
    ground: undefined,
    voted: none,
    commitVoted: none,
    prepared: undefined,
    changed: 0,
    reported: undefined,
    last,
  };
};

/** The round that a validator of this record stands in: the greatest that it signed anything for. */
export const roundOf = ({ voted, commitVoted, changed }: DurableRecord): number =>
  Math.max(1, voted.round, commitVoted.round, changed);

const writeVoted = (writer: Writer, voted: Voted): Writer =>
  writeHash(writer.u64(voted.round), voted.blockId);

/** Canonical bytes of a record, for the journal. */
export const encodeRecord = (record: DurableRecord): Bytes => {
  const writer = new Writer().u8(VERSION).u64(record.epoch).u64(record.height).u64(record.proposed);
  writeOptional(writer, record.ground, writeRoundChangeCertificate);
  writeVoted(writeVoted(writer, record.voted), record.commitVoted);
  writeOptional(writer, record.prepared, writePrepared).u64(record.changed);
  writeOptional(writer, record.reported, writePrepared);
  return writeOptional(writer, record.last, writeCertificate).finish();
};

const readVoted = (reader: Reader): Voted => ({ round: reader.u64(), blockId: readHash(reader) });

/** Reads a record strictly. */
export const decodeRecord = (bytes: Bytes): Decoded<DurableRecord> =>
  decode(bytes, (reader) => {
    reader.expect(VERSION, "the record's version");
    return {
      epoch: reader.u64(),
      height: reader.u64(),
      proposed: reader.u64(),
      ground: readOptional(reader, readRoundChangeCertificate),
      voted: readVoted(reader),
      commitVoted: readVoted(reader),
      prepared: readOptional(reader, readPrepared),
      changed: reader.u64(),
      reported: readOptional(reader, readPrepared),
      last: readOptional(reader, readCertificate),
    };
  });
