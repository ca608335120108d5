import { type Bytes, SIGNATURE_BYTES } from "@dure/crypto";
import { readBitmap, writeBitmap } from "./bitmap.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** More validators than any channel has: bounds the bitmap before the validator set is known. */
export const VALIDATORS_MAX = 1024;

/**
 * Signatures of distinct validators over one statement, by validator index, ascending. `validatorCount` is bound, so
 * that a certificate of one validator set never reads as one of another size.
 */
export type Signatures = {
  readonly validatorCount: number;
  readonly signers: readonly number[];
  /** One per signer, in the order of `signers`. */
  readonly signatures: readonly Bytes[];
};

/** No signatures: what certifies a genesis by definition. */
export const NO_SIGNATURES: Signatures = { validatorCount: 0, signers: [], signatures: [] };

/** The signatures of a map from validator index to signature. */
export const collectSignatures = (
  validatorCount: number,
  bySigner: ReadonlyMap<number, Bytes>,
): Signatures => {
  const signers = [...bySigner.keys()].sort((a, b) => a - b);
  return { validatorCount, signers, signatures: signers.map((signer) => bySigner.get(signer) as Bytes) };
};

/** Writes signatures. Throws RangeError on what no reader would take, or would give to another signer. */
export const writeSignatures = (writer: Writer, value: Signatures): Writer => {
  const { validatorCount, signers } = value;
  if (validatorCount > VALIDATORS_MAX)
    throw new RangeError(`${validatorCount} validators are above ${VALIDATORS_MAX}`);
  if (value.signatures.length !== signers.length)
    throw new RangeError("as many signatures as signers are due");
  // The bitmap forgets the order of the signers: out of order, each signature would go to another one.
  if (signers.some((signer, at) => at > 0 && signer <= (signers[at - 1] as number)))
    throw new RangeError("signers are due in ascending order, each once");
  writeBitmap(writer.u16(validatorCount), validatorCount, signers);
  for (const signature of value.signatures) writer.fixed(signature, SIGNATURE_BYTES);
  return writer;
};

export const readSignatures = (reader: Reader): Signatures => {
  const validatorCount = reader.u16();
  if (validatorCount > VALIDATORS_MAX)
    reader.fail(`${validatorCount} validators are above ${VALIDATORS_MAX}`);
  const signers = readBitmap(reader, validatorCount);
  return { validatorCount, signers, signatures: signers.map(() => reader.fixed(SIGNATURE_BYTES)) };
};
