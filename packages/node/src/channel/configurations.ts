import type { CryptoSuite } from "@dure/crypto";
import {
  changeEpoch,
  isConfiguration,
  judgeConfiguration,
  type Refusal,
  type Speaker,
  type Verdict,
} from "@dure/membership";
import type { Hash, Header, Transaction } from "@dure/types";
import type { Epochs } from "./epochs.ts";

/** What of a block decides whether configuration transactions may stand in it. */
export type Standing = Pick<Header, "endsEpoch" | "timestampMs">;

/**
 * Judges configuration transactions by the current epoch's configuration and a block's timestamp alone (lft.md rule 14),
 * so that every validator comes to the same.
 */
export class Configurations {
  readonly #suite: CryptoSuite;
  readonly #epochs: Epochs;

  constructor(suite: CryptoSuite, epochs: Epochs) {
    this.#suite = suite;
    this.#epochs = epochs;
  }

  #speaker(sender: Hash): Speaker | undefined {
    return this.#epochs.identities.identityOf(sender);
  }

  #speakerOf(certificate: Uint8Array, atMs: number): Speaker | Refusal {
    const { identities } = this.#epochs;
    const { id, judged } = identities.learn(certificate);
    if (!judged.ok) return judged;
    const refusal = identities.refusalAt(id, atMs);
    return refusal === undefined ? judged.issued.identity : { ok: false, ...refusal };
  }

  /** Whether a configuration transaction may end the current epoch at a time, but for its signature. */
  judge(transaction: Transaction, atMs: number): Verdict {
    const { current, config } = this.#epochs;
    return judgeConfiguration(
      {
        suite: this.#suite,
        channelId: current.channelId,
        epoch: current.epoch,
        organisations: config.organisations,
        next: (change) => changeEpoch(current, change),
        sender: this.#speaker(transaction.sender),
        speakerOf: (certificate) => this.#speakerOf(certificate, atMs),
      },
      transaction.payload,
    );
  }

  /** Whether a transaction may stand in a block: a change of the configuration in one that ends its epoch, all others in one that does not. */
  mayStand(transaction: Transaction, { endsEpoch, timestampMs }: Standing): boolean {
    if (!isConfiguration(transaction)) return !endsEpoch;
    return endsEpoch && this.judge(transaction, timestampMs).ok;
  }
}
