import type { Json, JsonObject } from "./json.ts";
import type { ReadableState, State } from "./state.ts";

/** Who signed the transaction: the certificate's SHA-256 in hex, and what the certificate says. */
export type Sender = {
  readonly id: string;
  readonly name: string;
  readonly organisation: string;
  readonly roles: readonly string[];
  /** What else the organisation certified, by name. */
  readonly attributes: Readonly<Record<string, string>>;
};

/** The only time a contract knows: its block's, in milliseconds since the epoch. */
export type BlockTime = { readonly height: number; readonly timestampMs: number };

/** Bytes: those of a text in UTF-8, or those that `hex` writes with two lower-case digits each. */
export type Data = string | { readonly hex: string };

export type SignatureScheme = "ed25519" | "p256" | "secp256k1";

/** What the host computes natively. Digests, keys and signatures are lower-case hex. */
export type Crypto = {
  sha256(data: Data): string;
  sha512(data: Data): string;
  /** Returns whether the signature is the key's over the message. False also for what is no key or signature. */
  verify(scheme: SignatureScheme, publicKey: string, message: Data, signature: string): boolean;
};

export type QueryContext = {
  readonly state: ReadableState;
  readonly sender: Sender;
  /** The block after which a query looks at the state; the block of which a transaction is part. */
  readonly block: BlockTime;
  /** The SCOREs through which this call came, outermost first. Empty when the client calls directly. */
  readonly callers: readonly string[];
  /** The channel's organisations by name, sorted. */
  readonly channel: { readonly organisations: readonly string[] };
  readonly crypto: Crypto;
  /**
   * Runs a query method of another SCORE on the state as it is now, what this call wrote included, and
   * returns its result.
   *
   * @throws Refusal with the other SCORE's message, details and code
   */
  ask(score: string, method: string, params?: JsonObject): Json;
};

export type InvokeContext = Omit<QueryContext, "state"> & {
  readonly state: State;
  /** The transaction's id in hex, and its place in the block from 0. */
  readonly transaction: { readonly id: string; readonly index: number };
  /** Publishes an event with the receipt, if the call succeeds. `data` is JSON. */
  emit(name: string, data: unknown): void;
  /**
   * Runs an invoke method of another SCORE in the same transaction, for the same sender, and returns its
   * result. Its writes and events stay only if the whole transaction succeeds. Its refusal is thrown here;
   * where it is caught, only the other SCORE's effects are undone. A SCORE that is in the chain of callers
   * already cannot be called again.
   *
   * @throws Refusal with the other SCORE's message, details and code
   */
  call(score: string, method: string, params?: JsonObject): Json;
};
