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

/** What a PREPARE names: a block in a round of a height. */
export type Ballot = {
  readonly epoch: number;
  readonly height: number;
  readonly round: number;
  readonly blockId: Hash;
};

/** A prepared certificate: the PREPAREs of a quorum for one block in one round. */
export type Prepared = Ballot & { readonly signatures: Signatures };

const writeBallot = (writer: Writer, { epoch, height, round, blockId }: Ballot): Writer =>
  writeHash(writer.u64(epoch).u64(height).u64(round), blockId);

/** Reads what `writePrepared` wrote before its signatures, and what PREPARE and COMMIT begin with. */
export const readBallot = (reader: Reader): Ballot => ({
  epoch: reader.u64(),
  height: reader.u64(),
  round: reader.u64(),
  blockId: readHash(reader),
});

export { writeBallot };

/** `PREPARE(channel, epoch, height, round, block id)`: what a validator signs when it votes for a proposal. */
export const prepareStatement = (channelId: Hash, ballot: Ballot): Bytes =>
  statement(TAG.prepare, writeBallot(writeHash(new Writer(), channelId), ballot).finish());

/** `PRE-PREPARE(channel, epoch, height, round, block id)`: what the leader of a round signs when it proposes. */
export const prePrepareStatement = (channelId: Hash, ballot: Ballot): Bytes =>
  statement(TAG.prePrepare, writeBallot(writeHash(new Writer(), channelId), ballot).finish());

export const writePrepared = (writer: Writer, prepared: Prepared): Writer =>
  writeSignatures(writeBallot(writer, prepared), prepared.signatures);

export const readPrepared = (reader: Reader): Prepared => ({
  ...readBallot(reader),
  signatures: readSignatures(reader),
});
