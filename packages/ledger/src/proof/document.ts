import type { Hash } from "@dure/types";

/**
 * Proofs as JSON (specs/proofs.md): what a peer hands out, what is saved to a file, what another program reads. Every
 * `string` below that is no hash is padded base64 of canonical bytes (specs/encoding.md).
 */
export const PROOF_FORMAT = "dure/proof/1";

/** The end of an epoch: the header of its last block, that block's commit proof and its only transaction. */
export type EndDocument = {
  readonly header: string;
  readonly commit: string;
  readonly transaction: string;
};

type Common = {
  readonly format: typeof PROOF_FORMAT;
  readonly channelId: Hash;
  /** The ends of the epochs from the first on, as far as the proof's certificates need them. */
  readonly epochs: readonly EndDocument[];
};

/** A Merkle path: `index` of `count` leaves, siblings from the bottom up. */
export type PathDocument = {
  readonly index: number;
  readonly count: number;
  readonly siblings: readonly Hash[];
};

/** Headers from the block itself up to the one that `commit` commits. */
type ChainDocument = {
  readonly headers: readonly string[];
  /** A commit proof. */
  readonly commit: string;
};

/** A transaction stands in the chain and, where `result` is given, this came of it. */
export type TransactionProofDocument = Common &
  ChainDocument & {
    readonly kind: "transaction";
    readonly height: number;
    readonly index: number;
    readonly transaction: string;
    readonly path: PathDocument;
    readonly result: {
      readonly receipt: string;
      readonly path: PathDocument;
      /** The execution certificate of the transaction's own height. */
      readonly execution: string;
    } | null;
  };

/** A block stands in the chain and, where `data` is given, these are all its transactions and receipts. */
export type BlockProofDocument = Common &
  ChainDocument & {
    readonly kind: "block";
    readonly height: number;
    readonly data: {
      readonly transactions: readonly string[];
      readonly receipts: { readonly receipts: readonly string[]; readonly execution: string } | null;
    } | null;
  };

/** A key had this value, or none, after the height that the execution certificate names. */
export type StateProofDocument = Common & {
  readonly kind: "state";
  /** The raw key. */
  readonly key: string;
  /** A state proof (specs/state-tree.md). */
  readonly state: string;
  readonly execution: string;
};

export type ProofDocument = TransactionProofDocument | BlockProofDocument | StateProofDocument;
