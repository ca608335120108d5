import { type Bytes, statement } from "@dure/crypto";
import { type Hash, readHash, writeHash } from "./hash.ts";
import type { Reader } from "./reader.ts";
import { readSignatures, type Signatures, writeSignatures } from "./signatures.ts";
import { TAG } from "./tags.ts";
import { Writer } from "./writer.ts";

/** What came of executing a height: the roots that validators attest (lft.md rule 17). */
export type Execution = {
  readonly epoch: number;
  readonly height: number;
  /** Undefined at heights where the channel attests only the receipts. */
  readonly stateRoot: Hash | undefined;
  readonly receiptsRoot: Hash;
};

/** Equal attestations of a quorum. */
export type ExecutionCertificate = Execution & { readonly signatures: Signatures };

const writeExecution = (writer: Writer, value: Execution): Writer => {
  writer
    .u64(value.epoch)
    .u64(value.height)
    .flag(value.stateRoot !== undefined);
  if (value.stateRoot !== undefined) writeHash(writer, value.stateRoot);
  return writeHash(writer, value.receiptsRoot);
};

const readExecution = (reader: Reader): Execution => ({
  epoch: reader.u64(),
  height: reader.u64(),
  stateRoot: reader.flag() ? readHash(reader) : undefined,
  receiptsRoot: readHash(reader),
});

/** `ATTEST(channel, epoch, height, stateRoot, receiptsRoot)`: what a validator signs. */
export const attestStatement = (channelId: Hash, value: Execution): Bytes =>
  statement(TAG.attest, writeExecution(writeHash(new Writer(), channelId), value).finish());

export const writeExecutionCertificate = (writer: Writer, value: ExecutionCertificate): Writer =>
  writeSignatures(writeExecution(writer, value), value.signatures);

export const readExecutionCertificate = (reader: Reader): ExecutionCertificate => ({
  ...readExecution(reader),
  signatures: readSignatures(reader),
});

export { readExecution, writeExecution };
