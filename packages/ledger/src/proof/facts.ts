import type { Bytes } from "@dure/crypto";
import type { Execution, Hash, Header, Receipt, Transaction } from "@dure/types";
import type { Version } from "../state/entry.ts";

/** A transaction that is in the chain, and where. */
export type TransactionFacts = {
  readonly kind: "transaction";
  readonly id: Hash;
  readonly height: number;
  /** Its position in the block. */
  readonly index: number;
  /** The block's time, in ms since the epoch. */
  readonly timestampMs: number;
  readonly blockId: Hash;
  readonly transaction: Transaction;
  /** What came of it; undefined where the proof shows only that it is final. */
  readonly receipt: Receipt | undefined;
};

/** A block of the chain. Its lists are whole and in order: nothing is left out. */
export type BlockFacts = {
  readonly kind: "block";
  readonly id: Hash;
  readonly header: Header;
  /** All its transactions; undefined where the proof is of the header alone. */
  readonly transactions: readonly Transaction[] | undefined;
  /** One per transaction; undefined where the proof shows no results. */
  readonly receipts: readonly Receipt[] | undefined;
  /** The roots that a quorum attested for this height, together with the receipts. */
  readonly execution: Execution | undefined;
};

/** What stood under a key after a height was executed. */
export type StateFacts = {
  readonly kind: "state";
  readonly height: number;
  readonly key: Bytes;
  /** Undefined: nothing stood there. */
  readonly value: Bytes | undefined;
  /** Which transaction wrote the value. */
  readonly version: Version | undefined;
  readonly stateRoot: Hash;
};

export type ProofFacts = TransactionFacts | BlockFacts | StateFacts;

/**
 * Why a proof is refused. `PROOF_MALFORMED`: it is no proof of this format. `PROOF_WRONG_CHANNEL`: it is of a channel
 * other than the genesis'. `EPOCH_UNKNOWN`: it needs a validator set that the genesis does not lead to.
 * `PROOF_INVALID`: it does not show what it says.
 */
export type ProofRefusalCode = "PROOF_MALFORMED" | "PROOF_WRONG_CHANNEL" | "EPOCH_UNKNOWN" | "PROOF_INVALID";

/** What a proof shows to whoever trusts the genesis, or why it shows nothing. */
export type ProofVerdict =
  | ({ readonly ok: true } & ProofFacts)
  | { readonly ok: false; readonly code: ProofRefusalCode; readonly message: string };
