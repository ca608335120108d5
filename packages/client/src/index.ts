/**
 * What an application uses: make and sign transactions, submit them, wait until they are final or executed.
 *
 * Guarantees: keys never leave the caller; a transaction's bytes are made here and only carried by peers; every error
 * is a ClientError with a stable code.
 * Leaves to others: where keys are kept (the caller), whether a transaction is allowed (the channel).
 */
export { ClientError } from "./error.ts";
export { type Call, type MakeOptions, makeCall, makeTransaction, type Signer } from "./make-transaction.ts";
export { type PeerOptions, request } from "./request.ts";
export {
  type ReceiptAnswer,
  type SubmitOptions,
  type Submitted,
  submit,
  submitMany,
  type Until,
} from "./submit.ts";
