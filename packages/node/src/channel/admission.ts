import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { Verifier } from "@dure/crypto/verifier";
import { isConfiguration } from "@dure/membership";
import type { Pool } from "@dure/mempool";
import { decodeTransaction, type Hash, payloadValue, signedTransaction, type Transaction } from "@dure/types";
import type { Configurations } from "./configurations.ts";
import type { Identities } from "./identities.ts";

type Refused = { readonly ok: false; readonly code: string; readonly message: string };

/** The answer to a submission: the transaction's id, or why it was refused. */
export type Admission = { readonly ok: true; readonly id: Hash } | Refused;

export type AdmissionOptions = {
  readonly suite: CryptoSuite;
  readonly verifier: Pick<Verifier, "verify">;
  readonly pool: Pool;
  /** The current epoch's. */
  readonly identities: () => Identities;
  readonly configurations: Pick<Configurations, "judge">;
  readonly transactionBytesMax: number;
  readonly now: () => number;
};

/** What is right but for its signature. */
type Readable = { readonly ok: true; readonly transaction: Transaction; readonly key: Bytes };

/** Transactions whose signatures are being verified: beyond them clients are told to come back. */
const VERIFYING_MAX = 10_000;

const refuse = (code: string, message: string): Refused => ({ ok: false, code, message });

const FORGED = refuse("SIGNATURE_INVALID", "the signature is not the sender's over this transaction");
const BUSY = refuse("POOL_FULL", "too many transactions wait to be verified here: send it again later");

/**
 * Admits clients' signed transactions: strict decoding, channel, sender, role, payload, life, duplicates, quota, then the
 * signature, off the main thread, and a change of the configuration. Nothing of a refused transaction is kept. The bytes
 * are copied, so that no request's buffer lives on.
 */
export class Admissions {
  readonly #options: AdmissionOptions;
  #verifying = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Each one's answer, in order. Rejects only if the verifier is lost. */
  async admit(list: readonly Bytes[]): Promise<readonly Admission[]> {
    const { verifier, pool, now } = this.#options;
    if (this.#verifying + list.length > VERIFYING_MAX) return list.map(() => BUSY);
    const judged = list.map((bytes) => this.#judge(bytes));
    const readable = judged.filter((each) => each.ok);
    this.#verifying += readable.length;
    try {
      const verdicts = await verifier.verify(
        readable.map(({ transaction, key }) => signedTransaction(transaction, key)),
      );
      let at = 0;
      return judged.map((each) => {
        if (!each.ok) return each;
        if (verdicts[at++] !== true) return FORGED;
        const refused = this.#judgeChange(each.transaction);
        if (refused !== undefined) return refused;
        const admitted = pool.admit(each.transaction, now());
        return admitted.ok ? { ok: true, id: each.transaction.id } : admitted;
      });
    } finally {
      this.#verifying -= readable.length;
    }
  }

  #judge(bytes: Bytes): Readable | Refused {
    const { suite, pool, transactionBytesMax, now } = this.#options;
    const identities = this.#options.identities();
    if (bytes.length > transactionBytesMax)
      return refuse(
        "TX_TOO_LARGE",
        `the transaction has ${bytes.length} bytes: the channel takes ${transactionBytesMax}`,
      );
    const decoded = decodeTransaction(suite, Uint8Array.from(bytes), transactionBytesMax);
    if (!decoded.ok) return refuse("TX_MALFORMED", decoded.message);
    const transaction = decoded.value;
    const refusal = identities.refusalAt(transaction.sender, now());
    if (refusal !== undefined) return refuse(refusal.code, refusal.message);
    if (payloadValue(transaction.payload) === undefined)
      return refuse("PAYLOAD_MALFORMED", "the payload is not JSON text of at most 64 levels");
    const key = identities.keyOf(transaction.sender);
    if (key === undefined) return FORGED;
    const refused = pool.refusalOf(transaction, now());
    return refused === undefined ? { ok: true, transaction, key } : refuse(refused.code, refused.message);
  }

  /** Why a change of the configuration could not end the current epoch, told at once to who submits it. */
  #judgeChange(transaction: Transaction): Refused | undefined {
    const { configurations, now } = this.#options;
    const verdict = isConfiguration(transaction) ? configurations.judge(transaction, now()) : undefined;
    return verdict?.ok === false ? refuse(verdict.code, verdict.message) : undefined;
  }
}
