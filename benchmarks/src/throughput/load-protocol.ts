/** What the benchmark and its load generator, a process of its own, say to each other. */

/** Who signs: as files would hold it, since it crosses a process boundary. */
export type Payer = { readonly seed: string; readonly certificate: string };

export type LoadSetup = {
  readonly channelId: string;
  /** REST addresses of the peers that are submitted to, in turns. */
  readonly urls: readonly string[];
  readonly payers: readonly Payer[];
  /** Transfers go to this many accounts, each as often as any other; to one only for contention. */
  readonly accounts: number;
  /** Added to each transaction, in bytes of its `note`. */
  readonly noteBytes: number;
};

/** So many transactions in flight at any time, or so many a second, however long they take. */
export type Shape =
  | { readonly kind: "closed"; readonly inFlight: number }
  | { readonly kind: "open"; readonly perSecond: number };

export type LoadRequest = {
  readonly shape: Shape;
  /** Transactions in one request. */
  readonly batch: number;
  readonly wait: "executed" | "final";
  readonly seconds: number;
};

export type LoadResult = {
  readonly seconds: number;
  readonly submitted: number;
  /** With a receipt of success, or final, as was waited for. */
  readonly done: number;
  /** With another receipt. */
  readonly failed: number;
  /** By code: refused at admission, 429 among them. */
  readonly refused: Readonly<Record<string, number>>;
  /** Without an answer in time. */
  readonly lost: number;
  /** Of each that is done, from when it was due, in milliseconds, ascending. */
  readonly latenciesMs: readonly number[];
  /** Ids of what is done, each once: nothing was doubled if there are as many. */
  readonly distinct: number;
  /** CPU seconds of the generator, signing included. */
  readonly cpuS: number;
  readonly firstReason: string | undefined;
};
