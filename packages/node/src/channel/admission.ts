import type { Bytes, CryptoSuite } from "@dure/crypto";
import { isConfiguration } from "@dure/membership";
import type { Pool } from "@dure/mempool";
import { decodeTransaction, type Hash, payloadValue, type Transaction, verifyTransaction } from "@dure/types";
import type { Configurations } from "./configurations.ts";
import type { Identities } from "./identities.ts";

/** The answer to a submission: the transaction's id, or why it was refused. */
export type Admission =
  | { readonly ok: true; readonly id: Hash }
  | { readonly ok: false; readonly code: string; readonly message: string };

export type AdmissionOptions = {
  readonly suite: CryptoSuite;
  readonly pool: Pool;
  readonly identities: Identities;
  readonly configurations: Pick<Configurations, "judge">;
  readonly transactionBytesMax: number;
  readonly now: () => number;
};

const refuse = (code: string, message: string): Admission => ({ ok: false, code, message });

const judge = ({ suite, identities, now }: AdmissionOptions, transaction: Transaction): Admission => {
  const refusal = identities.refusalAt(transaction.sender, now());
  if (refusal !== undefined) return refuse(refusal.code, refusal.message);
  if (payloadValue(transaction.payload) === undefined) {
    return refuse("PAYLOAD_MALFORMED", "the payload is not JSON text of at most 64 levels");
  }
  const key = identities.keyOf(transaction.sender);
  if (key === undefined || !verifyTransaction(suite, transaction, key)) {
    return refuse("SIGNATURE_INVALID", "the signature is not the sender's over this transaction");
  }
  return { ok: true, id: transaction.id };
};

/** Why a change of the configuration could not end the current epoch, told at once to who submits it. */
const judgeChange = (
  { configurations, now }: AdmissionOptions,
  transaction: Transaction,
): Admission | undefined => {
  const verdict = isConfiguration(transaction) ? configurations.judge(transaction, now()) : undefined;
  return verdict?.ok === false ? verdict : undefined;
};

/**
 * Admits a client's signed transaction: strict decoding, channel, sender, role, payload, signature, change
 * of the configuration, life, duplicates, quota. Nothing of a refused transaction is kept. The bytes are copied, so that no request's buffer lives on.
 */
export const admit = (options: AdmissionOptions, bytes: Bytes): Admission => {
  const { suite, pool, transactionBytesMax, now } = options;
  if (bytes.length > transactionBytesMax) {
    return refuse(
      "TX_TOO_LARGE",
      `the transaction has ${bytes.length} bytes: the channel takes ${transactionBytesMax}`,
    );
  }
  const decoded = decodeTransaction(suite, Uint8Array.from(bytes), transactionBytesMax);
  if (!decoded.ok) return refuse("TX_MALFORMED", decoded.message);
  const transaction = decoded.value;
  const judged = judge(options, transaction);
  if (!judged.ok) return judged;
  const refused = judgeChange(options, transaction);
  if (refused !== undefined) return refused;
  const admitted = pool.admit(transaction, now());
  return admitted.ok ? judged : refuse(admitted.code, admitted.message);
};
