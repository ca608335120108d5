/** What peers answer over REST v2, as far as the page shows it (docs/rest-v2.md). */

export type BlockSummary = {
  readonly id: string;
  readonly height: number;
  readonly view: number;
  readonly epoch: number;
  readonly parentId: string;
  readonly timestampMs: number;
  /** A peer id. */
  readonly proposer: string;
  readonly bodyRoot: string;
  readonly transactionCount: number;
  readonly executionHeight: number | null;
};

export type BlockAnswer = BlockSummary & { readonly transactions: readonly string[] };

export type BlocksAnswer = {
  readonly blocks: readonly BlockSummary[];
  readonly next: number | null;
  readonly height: number;
};

export type EventAnswer = { readonly score: string; readonly name: string; readonly data: unknown };

export type ReceiptAnswer = {
  readonly height: number;
  readonly index: number;
  readonly code: number;
  readonly message: string;
  readonly result: unknown;
  readonly events: readonly EventAnswer[];
};

export type Stage = "accepted" | "final" | "executed";

export type TransactionAnswer = {
  readonly id: string;
  readonly status: Stage;
  readonly sender: string;
  readonly score: string;
  readonly expiryMs: number;
  /** Base64 of the signed transaction. */
  readonly bytes: string;
  readonly height?: number;
  readonly index?: number;
  readonly receipt?: ReceiptAnswer;
};

export type TransactionsAnswer = {
  readonly transactions: readonly TransactionAnswer[];
  readonly next: number | null;
};

export type StatusAnswer = {
  readonly channelId: string;
  readonly name: string;
  readonly peerId: string;
  readonly height: number;
  readonly executedHeight: number;
  readonly transactionCount: number;
  readonly connected: readonly string[];
  readonly halted?: string;
  readonly diverged?: number;
  readonly damaged: number;
};

export type ValidatorAnswer = {
  readonly index: number;
  readonly id: string;
  readonly weight: number;
  readonly leads: boolean;
  readonly connected: boolean;
  readonly lastMessage: { readonly type: string; readonly atMs: number } | null;
};

export type ConsensusAnswer = {
  readonly epoch: number;
  readonly view: number;
  readonly leaderId: string;
  readonly spinInterval: number;
  readonly height: number;
  readonly executedHeight: number;
  readonly validators: readonly ValidatorAnswer[];
};

/** The events of the stream by their names, as far as the page shows them. */
export type Events = {
  readonly block: BlockSummary & { readonly finalMs: number | null };
  readonly transaction: {
    readonly id: string;
    readonly height: number;
    readonly index: number;
    readonly sender: string;
    readonly score: string;
    readonly method: string | null;
    readonly code: number;
    readonly message: string;
    readonly result: unknown;
  };
  readonly executed: { readonly height: number; readonly transactionCount: number };
  readonly consensus: {
    readonly view: number;
    readonly leaderId: string;
    readonly height: number;
    readonly executedHeight: number;
  };
};
