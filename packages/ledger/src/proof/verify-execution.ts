import { verifyExecutionCertificate } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import { decodeReceipt, type ExecutionCertificate, type Hash, type Receipt } from "@dure/types";
import { invalid, malformed } from "./refusal.ts";
import { type Trust, validatorsOf } from "./trust.ts";

/** Ends unless a quorum attested this execution. Its epoch is that of the validators who attested. */
export const checkExecution = (trust: Trust, execution: ExecutionCertificate): void => {
  if (!verifyExecutionCertificate(validatorsOf(trust, execution.epoch), execution))
    invalid("the execution certificate is not a quorum's");
};

/** Where a receipt must say that it belongs. */
export type ReceiptPlace = { readonly transactionId: Hash; readonly height: number; readonly index: number };

/** The receipt of exactly this transaction at exactly this place. */
export const receiptAt = (bytes: Bytes, place: ReceiptPlace): Receipt => {
  const decoded = decodeReceipt(bytes);
  if (!decoded.ok) return malformed(`the receipt: ${decoded.message}`);
  const { transactionId, height, index } = decoded.value;
  return transactionId === place.transactionId && height === place.height && index === place.index
    ? decoded.value
    : invalid(
        `the receipt is not that of transaction ${place.transactionId} at ${place.height}, ${place.index}`,
      );
};
