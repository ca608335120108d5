import type { Ledger } from "@dure/ledger";
import { type ScoreHost, ScoreHostError } from "@dure/score-host";
import type { Execution as Executed, Hash, Header, Transaction } from "@dure/types";
import type { Logger } from "pino";
import type { HeldBlock } from "./candidates.ts";
import { executeBlock } from "./executor.ts";
import type { Identities } from "./identities.ts";

/** A committed block that waits for execution. */
export type Due = { readonly header: Header; readonly transactions: readonly Transaction[] };

export type ExecutionOptions = {
  readonly ledger: Ledger;
  readonly host: ScoreHost;
  readonly identities: Identities;
  readonly defaultScore: string;
  readonly epoch: number;
  /** The time of the block that the state reflects at the start. */
  readonly timestampMs: number;
  readonly logger: Logger;
  /** A committed block, read back from the log. */
  readonly readBlock: (height: number) => Promise<HeldBlock | undefined>;
  /** A height was executed and applied. */
  readonly onExecuted: (execution: Executed, ids: readonly Hash[]) => void;
  /** The ledger failed to apply: the process cannot go on. */
  readonly onFailed: (error: unknown) => void;
};

/** How many executed blocks' worth of committed blocks are kept in memory; the rest is read back from the log. */
const KEPT_MAX = 256;

/**
 * Executes committed blocks in order, one at a time, beside consensus. It never waits inside voting, nor voting for
 * it. When execution halts or this node has diverged, it stops there, loudly; ordering goes on.
 */
export class Execution {
  readonly #options: ExecutionOptions;
  readonly #due = new Map<number, Due>();
  #running: Promise<void> | undefined;
  #halted: string | undefined;
  #timestampMs: number;
  #isClosed = false;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.#timestampMs = options.timestampMs;
  }

  /** The time of the block that was executed last. */
  get timestampMs(): number {
    return this.#timestampMs;
  }

  /** Why execution stands still, if it does. */
  get halted(): string | undefined {
    return this.#halted;
  }

  /** A block was committed and synced. */
  committed(due: Due): void {
    if (this.#due.size < KEPT_MAX) this.#due.set(due.header.height, due);
    this.run();
  }

  /** A transaction that is committed and waits for its execution, as far as it is in memory. */
  find(
    id: Hash,
  ): { readonly transaction: Transaction; readonly height: number; readonly index: number } | undefined {
    for (const { header, transactions } of this.#due.values()) {
      const index = transactions.findIndex((transaction) => transaction.id === id);
      const transaction = transactions[index];
      if (transaction !== undefined) return { transaction, height: header.height, index };
    }
    return undefined;
  }

  /** Executes all that is committed and not executed yet. */
  run(): void {
    if (this.#running !== undefined || this.#isClosed || this.#halted !== undefined) return;
    this.#running = this.#runAll()
      .catch((error: unknown) => this.#stop(error))
      .finally(() => {
        this.#running = undefined;
        if (this.#isDue()) this.run();
      });
  }

  #isDue(): boolean {
    const { ledger } = this.#options;
    return (
      !this.#isClosed && this.#halted === undefined && ledger.executedHeight() < (ledger.head()?.height ?? 0)
    );
  }

  #stop(error: unknown): void {
    if (this.#isClosed) return;
    if (error instanceof ScoreHostError) this.halt(error.message);
    else this.#options.onFailed(error);
  }

  /** Stops executing: what was executed stays, and the node goes on relaying and voting on order. */
  halt(reason: string): void {
    this.#halted = reason;
    this.#options.logger.fatal(
      { height: this.#options.ledger.executedHeight() + 1, reason },
      "execution halted",
    );
  }

  async #runAll(): Promise<void> {
    while (this.#isDue()) await this.#next(this.#options.ledger.executedHeight() + 1);
  }

  async #next(height: number): Promise<void> {
    const { ledger, host, identities, defaultScore, epoch, onExecuted } = this.#options;
    const due = this.#due.get(height) ?? (await this.#readBack(height));
    const read = (keys: readonly Uint8Array[]) => keys.map((key) => ledger.get(key)?.value);
    const { receipts, writes } = await executeBlock(host, identities, defaultScore, due, read);
    const { stateRoot, receiptsRoot } = await ledger.apply({ height, receipts, writes });
    this.#due.delete(height);
    this.#timestampMs = due.header.timestampMs;
    onExecuted(
      { epoch, height, stateRoot, receiptsRoot },
      receipts.map((receipt) => receipt.transactionId),
    );
  }

  /** A block from the log, with its senders' certificates learned anew. */
  async #readBack(height: number): Promise<Due> {
    const { identities, readBlock } = this.#options;
    const block = await readBlock(height);
    if (block === undefined) throw new Error(`block ${height} is not in the log`);
    for (const batch of block.batches) for (const der of batch.certificates.values()) identities.learn(der);
    return { header: block.candidate.header, transactions: block.transactions };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }
}
