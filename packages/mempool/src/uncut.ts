import type { Bytes } from "@dure/crypto";
import type { Hash, Transaction } from "@dure/types";
import type { ChannelLimits } from "./limits.ts";

/** Bytes of a batch beside its transactions and certificates, and of the length before each of these. */
const FRAME_BYTES = 64;
const LENGTH_BYTES = 4;

/** Admitted transactions that no batch carries yet, in order of admission. */
export class Uncut {
  #queue: Transaction[] = [];
  /** Where the queue begins: taking from the front of an array would move all the rest each time. */
  #at = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(transaction: Transaction): void {
    this.#queue.push(transaction);
    this.#bytes += transaction.bytes.length;
  }

  #shift(): void {
    this.#bytes -= this.#queue[this.#at++]?.bytes.length ?? 0;
    if (this.#at * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#at);
    this.#at = 0;
  }

  /**
   * Takes what fits one batch: at least one transaction if any is due. One that is not due is dropped; one whose
   * sender's certificate is not at hand stays for a later batch.
   */
  take(
    { batchBytesMax, batchTransactionsMax }: ChannelLimits,
    isDue: (id: Hash) => boolean,
    certificateOf: (sender: Hash) => Bytes | undefined,
  ): { readonly transactions: readonly Transaction[]; readonly certificates: ReadonlyMap<Hash, Bytes> } {
    const transactions: Transaction[] = [];
    const certificates = new Map<Hash, Bytes>();
    const kept: Transaction[] = [];
    let bytes = FRAME_BYTES;
    while (transactions.length < batchTransactionsMax) {
      const transaction = this.#queue[this.#at];
      if (transaction === undefined) break;
      const { id, sender } = transaction;
      const certificate = isDue(id) ? certificateOf(sender) : undefined;
      if (certificate !== undefined) {
        bytes += transaction.bytes.length + LENGTH_BYTES;
        if (!certificates.has(sender)) bytes += certificate.length + LENGTH_BYTES;
        if (transactions.length > 0 && bytes > batchBytesMax) break;
        transactions.push(transaction);
        certificates.set(sender, certificate);
      } else if (isDue(id)) kept.push(transaction);
      this.#shift();
    }
    for (const transaction of kept) this.push(transaction);
    return { transactions, certificates };
  }
}
