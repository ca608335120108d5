import type { Sender } from "@dure/score";

/** The code of a call that stood, that its SCORE refused, or that no SCORE could answer. */
export type Code = 0 | 9000 | 9100;

export type ScoreSource = { readonly name: string; readonly version: string; readonly source: string };

/** One transaction's call. `params` is JSON text as the client sent it; `txId` is hex. */
export type Call = {
  readonly index: number;
  readonly txId: string;
  readonly score: string;
  readonly method: string;
  readonly params: string;
  readonly sender: Sender;
};

export type Block = {
  readonly height: number;
  readonly timestampMs: number;
  readonly calls: readonly Call[];
};

/** `value` undefined: the key is deleted. The key is UTF-8(SCORE name) 0x00 UTF-8(the contract's key). */
export type Write = { readonly key: Uint8Array; readonly value: Uint8Array | undefined };

/** `data` is canonical JSON text. */
export type ScoreEvent = { readonly name: string; readonly data: string };

/**
 * What one call did. Everything but `diagnostic` is the same on every peer and goes into the receipt.
 * `result` is canonical JSON text: what the method returned, or a refusal's details. A refused call has no
 * writes and no events. Writes are the last one per key, sorted by key.
 */
export type Outcome = {
  readonly code: Code;
  readonly message: string;
  readonly result: string;
  readonly writes: readonly Write[];
  readonly events: readonly ScoreEvent[];
  /** The engine's own words for an unexpected throw. For logs and authors: they differ between engines. */
  readonly diagnostic?: string;
};

/** A SCORE's `init` in the channel's genesis; `params` is JSON text. */
export type Genesis = { readonly score: string; readonly params: string };

/** A query of the state after the block of this height, with that block's time. */
export type QueryCall = {
  readonly height: number;
  readonly timestampMs: number;
  readonly score: string;
  readonly method: string;
  readonly params: string;
  readonly sender: Sender;
};

/** An answer of the SCORE, or that it gave none in time. 9100: its process died of the query. */
export type QueryOutcome =
  | {
      readonly kind: "answer";
      readonly code: Code;
      readonly message: string;
      readonly result: string;
      readonly diagnostic?: string;
    }
  | { readonly kind: "timeout"; readonly message: string };

/**
 * The ledger's answer to reads: one value per key, in order, undefined where there is none. For a block,
 * the state after the block before; for a query, the state after its height, the same one throughout.
 */
export type Read = (
  keys: readonly Uint8Array[],
) => readonly (Uint8Array | undefined)[] | Promise<readonly (Uint8Array | undefined)[]>;
