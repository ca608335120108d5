import { type Bytes, HASH_BYTES } from "@dure/crypto";
import { type Hash, readHash, toHash, writeHash } from "./hash.ts";
import { type Decoded, decode } from "./reader.ts";
import { decodeText } from "./text.ts";
import { Writer } from "./writer.ts";

const VERSION = 1;

/** Codes of receipts, loopchain's own: success, the SCORE refused or threw, the container failed. */
export const RECEIPT_CODE = { success: 0, refused: 9000, container: 9100 } as const;

export type ScoreEvent = {
  readonly score: string;
  readonly name: string;
  /** JSON text. */
  readonly data: string;
};

/** The result of one executed transaction. */
export type Receipt = {
  readonly transactionId: Hash;
  readonly height: number;
  /** Position in the block. */
  readonly index: number;
  readonly code: number;
  /** Why it was refused; empty on success. */
  readonly message: string;
  /** JSON text that the SCORE returned; `null` where it returned nothing. */
  readonly result: string;
  readonly events: readonly ScoreEvent[];
};

/** Bounds of what a receipt holds, in bytes. */
export const RECEIPT_LIMITS = { messageBytesMax: 4096, resultBytesMax: 1 << 20, eventsMax: 1024 } as const;

/** Canonical bytes of a receipt: the leaf of a block's receipts root. Throws RangeError above its limits. */
export const encodeReceipt = (receipt: Receipt): Bytes => {
  const { messageBytesMax, resultBytesMax, eventsMax } = RECEIPT_LIMITS;
  if (receipt.events.length > eventsMax)
    throw new RangeError(`${receipt.events.length} events are above ${eventsMax}`);
  const writer = writeHash(new Writer().u8(VERSION), receipt.transactionId);
  writer.u64(receipt.height).u32(receipt.index).u16(receipt.code);
  writer
    .longText(receipt.message, messageBytesMax)
    .longText(receipt.result, resultBytesMax)
    .u16(receipt.events.length);
  for (const event of receipt.events)
    writer.text(event.score).text(event.name).longText(event.data, resultBytesMax);
  return writer.finish();
};

/** The transaction's id in a receipt's bytes, which the caller knows to be one: it stands behind the version. */
export const receiptTransactionId = (bytes: Bytes): Hash => toHash(bytes.subarray(1, 1 + HASH_BYTES));

/** Reads a receipt strictly. */
export const decodeReceipt = (bytes: Bytes): Decoded<Receipt> =>
  decode(bytes, (reader) => {
    const longText = (max: number): string =>
      decodeText(reader.bytes(max)) ?? reader.fail("text is not UTF-8");
    reader.expect(VERSION, "the receipt's version");
    const transactionId = readHash(reader);
    const height = reader.u64();
    const index = reader.u32();
    const code = reader.u16();
    const message = longText(RECEIPT_LIMITS.messageBytesMax);
    const result = longText(RECEIPT_LIMITS.resultBytesMax);
    const count = reader.count16(6);
    if (count > RECEIPT_LIMITS.eventsMax)
      reader.fail(`${count} events are above ${RECEIPT_LIMITS.eventsMax}`);
    const events: ScoreEvent[] = [];
    for (let left = count; left > 0; left--) {
      events.push({
        score: reader.text(),
        name: reader.text(),
        data: longText(RECEIPT_LIMITS.resultBytesMax),
      });
    }
    return { transactionId, height, index, code, message, result, events };
  });
