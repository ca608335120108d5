import type { Ledger } from "@dure/ledger";
import { type ScoreHost, ScoreHostError } from "@dure/score-host";
import type { Batch, Execution as Executed, Hash, Header, Receipt, Transaction } from "@dure/types";
import type { Logger } from "pino";
import { NodeError } from "../error.ts";
import type { HeldBlock } from "./candidates.ts";
import { executeBlock } from "./executor.ts";
import type { Identities } from "./identities.ts";
import type { Scores } from "./scores.ts";

/** A committed block that waits for execution. */
export type Due = {
  readonly header: Header;
  readonly transactions: readonly Transaction[];
  /** They carry the certificates of the senders. */
  readonly batches: readonly Batch[];
};

/** A transaction that is final, and where it stands. */
export type Final = { readonly transaction: Transaction; readonly height: number; readonly index: number };

export type ExecutionOptions = {
  readonly ledger: Ledger;
  readonly host: ScoreHost;
  readonly scores: Pick<Scores, "due">;
  /** Senders as the configuration of a block's epoch judges them. */
  readonly identitiesOf: (epoch: number) => Identities;
  readonly defaultScore: string;
  /** The time of the block that the state reflects at the start. */
  readonly timestampMs: number;
  readonly logger: Logger;
  /** A committed block, read back from the log; undefined where the log is damaged. */
  readonly readBlock: (height: number) => Promise<HeldBlock | undefined>;
  /** A height was executed and applied. */
  readonly onExecuted: (execution: Omit<Executed, "epoch">, receipts: readonly Receipt[]) => void;
  /** The ledger failed to apply: the process cannot go on. */
  readonly onFailed: (error: unknown) => void;
};

/** How much of the committed blocks that wait is kept in memory; the rest is read back from the log. */
const KEPT = { blocksMax: 256, bytesMax: 64 << 20 } as const;

const bytesIn = ({ batches }: Due): number => batches.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** How many throws of a block are logged. */
const THROWN_LOGGED_MAX = 8;

/**
 * Executes committed blocks in order, one at a time, beside consensus. It never waits inside voting, nor voting for
 * it. When execution halts or this node has diverged, it stops there, loudly; ordering goes on.
 */
export class Execution {
  readonly #options: ExecutionOptions;
  readonly #due = new Map<number, Due>();
  #dueBytes = 0;
  /** The heights of committed transactions that wait for their execution. */
  readonly #heights = new Map<Hash, number>();
  #running: Promise<void> | undefined;
  #halted: string | undefined;
  #timestampMs: number;
  #isClosed = false;
  /** The next block cannot be read until the log is repaired. */
  #isStalled = false;

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
    const { height } = due.header;
    // A state that began as a snapshot is ahead of the log: what came before is not executed here.
    if (height <= this.#options.ledger.executedHeight()) return;
    for (const { id } of due.transactions) this.#heights.set(id, height);
    if (this.#due.size < KEPT.blocksMax && this.#dueBytes + bytesIn(due) <= KEPT.bytesMax) {
      this.#due.set(height, due);
      this.#dueBytes += bytesIn(due);
    }
    this.run();
  }

  /** A transaction that was committed since the start and waits for its execution. */
  async find(id: Hash): Promise<Final | undefined> {
    const height = this.#heights.get(id);
    const due = height === undefined ? undefined : (this.#due.get(height) ?? (await this.#readBack(height)));
    const index = due?.transactions.findIndex((transaction) => transaction.id === id) ?? -1;
    const transaction = due?.transactions[index];
    return transaction === undefined || height === undefined ? undefined : { transaction, height, index };
  }

  /** Whether a transaction was committed since the start and waits for its execution. */
  isFinal(id: Hash): boolean {
    return this.#heights.has(id);
  }

  /** The log was repaired: what could not be read may be there now. */
  resume(): void {
    this.#isStalled = false;
    this.run();
  }

  /** Executes all that is committed and not executed yet. */
  run(): void {
    if (this.#running !== undefined || !this.#isDue()) return;
    this.#running = this.#runAll()
      .catch((error: unknown) => this.#stop(error))
      .finally(() => {
        this.#running = undefined;
        if (this.#isDue()) this.run();
      });
  }

  #isDue(): boolean {
    const { ledger } = this.#options;
    const isStanding = this.#isClosed || this.#isStalled || this.#halted !== undefined;
    return !isStanding && ledger.executedHeight() < (ledger.head()?.height ?? 0);
  }

  #stop(error: unknown): void {
    if (this.#isClosed) return;
    const isNoReceipt = error instanceof NodeError && error.code === "SUSPENSION_REFUSED";
    if (error instanceof ScoreHostError || isNoReceipt) this.halt(error.message);
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
    const { ledger, host, scores, identitiesOf, defaultScore, logger, onExecuted } = this.#options;
    const due = this.#due.get(height) ?? (await this.#readBack(height));
    if (due === undefined) {
      this.#isStalled = true;
      logger.error({ height }, "execution waits: this block is damaged on disk and is being fetched again");
      return;
    }
    const identities = identitiesOf(due.header.epoch);
    // A receipt depends on the block alone: its senders are learned from it, whatever was forgotten meanwhile.
    for (const batch of due.batches) for (const der of batch.certificates.values()) identities.learn(der);
    const read = (keys: readonly Uint8Array[]) => keys.map((key) => ledger.get(key)?.value);
    const { activations, suspended, writes: hostWrites } = scores.due(due.header);
    const surroundings = { identities, defaultScore, activations, suspended };
    const executed = await executeBlock(host, surroundings, due, read);
    const { receipts, writes } = executed;
    const own = hostWrites(executed.activations.map(({ code }) => code));
    const { stateRoot, receiptsRoot } = await ledger.apply({
      height,
      receipts,
      writes,
      activations: [
        ...executed.activations.map((outcome) => outcome.writes),
        // What the host writes itself stands after all else that the block began with.
        ...(own.length === 0 ? [] : [own]),
      ],
    });
    // A block may be full of them: some are enough to see what is wrong.
    for (const thrown of executed.thrown.slice(0, THROWN_LOGGED_MAX))
      logger.info({ height, ...thrown }, "a method threw; its receipt names the kind alone");
    activations.forEach(({ score, version, action }, at) => {
      const { code, message } = executed.activations[at] ?? {};
      logger.info({ height, score, version, action, code, reason: message }, "a SCORE was activated");
    });
    if (this.#due.delete(height)) this.#dueBytes -= bytesIn(due);
    for (const { id } of due.transactions) this.#heights.delete(id);
    this.#timestampMs = due.header.timestampMs;
    onExecuted({ height, stateRoot, receiptsRoot }, receipts);
  }

  async #readBack(height: number): Promise<Due | undefined> {
    const block = await this.#options.readBlock(height);
    if (block === undefined) return undefined;
    return { header: block.candidate.header, transactions: block.transactions, batches: block.batches };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }
}
