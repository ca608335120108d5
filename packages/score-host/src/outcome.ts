import type { Sender } from "@dure/score";

/**
 * The code of a call: 0 that stood, 1000 to 8999 refused with a code of its SCORE's choosing, 9000 refused, 9100 that no
 * SCORE could answer.
 */
export type Code = number;

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

/**
 * A SCORE's version that begins, or one that ends, with a block. `source` is empty where nothing is loaded (disable), and
 * `manifest` is canonical JSON of the declaration that the loaded contract is held to (specs/score-store.md), or empty.
 */
export type Activation = {
  readonly score: string;
  readonly version: string;
  readonly action: "deploy" | "upgrade" | "rollback" | "disable";
  readonly source: string;
  readonly manifest: string;
  /** The version before; empty if there was none. */
  readonly from: string;
  /** JSON for `init`. */
  readonly params: string;
  /** What the SCORE store is told with the outcome, as JSON: the key of the schedule's entry. */
  readonly entry: string;
  /** Why it is not carried out, with code 9100 and nothing of any SCORE run for it; empty where it is. */
  readonly refusal: string;
};

/** A SCORE of which nothing is run: calls to it are answered with code 9100 and this message. */
export type Suspended = { readonly score: string; readonly message: string };

export type Block = {
  readonly height: number;
  readonly timestampMs: number;
  /** The names of the channel's organisations, sorted. */
  readonly organisations: readonly string[];
  /** They come before the first call, in this order. */
  readonly activations: readonly Activation[];
  /** What is suspended as the block begins; one that an activation takes the place of is so no more. */
  readonly suspended: readonly Suspended[];
  readonly calls: readonly Call[];
};

/** What a block came to: an outcome for each of its activations and calls. */
export type Executed = { readonly activations: readonly Outcome[]; readonly calls: readonly Outcome[] };

/** `value` undefined: the key is deleted. The key is UTF-8(SCORE name) 0x00 UTF-8(the contract's key). */
export type Write = { readonly key: Uint8Array; readonly value: Uint8Array | undefined };

/** An event of the SCORE that a call named, or of one that it called. `data` is canonical JSON text. */
export type ScoreEvent = { readonly score: string; readonly name: string; readonly data: string };

/** What a call cost by the meter, the same on every machine: steps, and bytes allocated. */
export type Used = { readonly steps: number; readonly bytes: number };

/**
 * What one call did. Everything is the same on every peer but `diagnostic` and `trace`, and goes into the receipt but these and `used`.
 * `result` is canonical JSON text: what the method returned, or a refusal's details. A refused call has no
 * writes and no events. Writes are the last one per key, sorted by key.
 */
export type Outcome = {
  readonly code: Code;
  readonly message: string;
  readonly result: string;
  readonly writes: readonly Write[];
  readonly events: readonly ScoreEvent[];
  readonly used: Used;
  /** The engine's own words for an unexpected throw. For logs and authors: they differ between engines. */
  readonly diagnostic?: string;
  /** The engine's stack of what was thrown, from an author's kit alone. */
  readonly trace?: string;
};

/** A SCORE's `init` in the channel's genesis; `params` is JSON text. */
export type Genesis = { readonly score: string; readonly params: string };

/** A query of the state after the block of this height, with that block's time. */
export type QueryCall = {
  readonly height: number;
  readonly timestampMs: number;
  readonly organisations: readonly string[];
  readonly suspended: readonly Suspended[];
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
      readonly used: Used;
      readonly diagnostic?: string;
      readonly trace?: string;
    }
  | { readonly kind: "timeout"; readonly message: string };

/**
 * The ledger's answer to reads: one value per key, in order, undefined where there is none. For a block,
 * the state after the block before; for a query, the state after its height, the same one throughout.
 */
export type Read = (
  keys: readonly Uint8Array[],
) => readonly (Uint8Array | undefined)[] | Promise<readonly (Uint8Array | undefined)[]>;
