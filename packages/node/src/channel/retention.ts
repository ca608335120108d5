import type { Bytes } from "@dure/crypto";
import type { EndsOf, Ledger, OfferedCheckpoint } from "@dure/ledger";
import type { Logger } from "pino";

/** Blocks are pruned when so many are more than are to be kept, or an eighth of those. */
const SURPLUS = 64;

export type RetentionOptions = {
  readonly ledger: Pick<
    Ledger,
    "head" | "executedHeight" | "baseHeight" | "prune" | "checkpoint" | "snapshotHeight" | "takeSnapshot"
  >;
  /** How many of the newest blocks are kept at least; all if undefined. */
  readonly keepBlocks: number | undefined;
  /** The ends of the epochs up to a block. */
  readonly endsOf: EndsOf;
  /** What counts blocks has to do so before they go. */
  readonly beforePruning: () => Promise<void>;
  readonly logger: Logger;
  /** The disk failed: the process cannot go on. */
  readonly onFailed: (error: unknown) => void;
};

/** Who asks for a snapshot gets a new one if the newest is so many heights old, but not more often than this. */
const STALE = { heights: 256, leastMs: 10_000 } as const;

/** A checkpoint is made so often at most: many blocks may be read for it, and in the end there is none. */
const SEEK_MS = 250;

/** What this peer keeps of the chain, and what it offers to those that begin with a snapshot. */
export class Retention {
  readonly #options: RetentionOptions;
  #appended = 0;
  #pruning: Promise<void> | undefined;
  #refreshedMs = 0;
  #soughtMs = 0;
  #offered: OfferedCheckpoint | undefined;
  #refreshing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Blocks were appended: prunes beside all else, now and then. */
  appended(blocks: number): void {
    const { keepBlocks, ledger } = this.#options;
    if (keepBlocks === undefined) return;
    this.#appended += blocks;
    const surplus = Math.max(SURPLUS, Math.floor(keepBlocks / 8));
    const held = (ledger.head()?.height ?? 0) - ledger.baseHeight();
    if (this.#pruning !== undefined || this.#appended < surplus || held < keepBlocks + surplus) return;
    this.#appended = 0;
    this.#pruning = this.#prune(keepBlocks)
      .catch(this.#options.onFailed)
      .finally(() => {
        this.#pruning = undefined;
      });
  }

  async #prune(keepBlocks: number): Promise<void> {
    const { ledger, endsOf, beforePruning, logger } = this.#options;
    await beforePruning();
    const baseHeight = await ledger.prune(keepBlocks, endsOf);
    if (baseHeight !== undefined) logger.info({ baseHeight }, "blocks up to this height were pruned");
  }

  /** The bytes of the newest snapshot's checkpoint, which change with the snapshot alone; none if there is no snapshot. */
  async checkpoint(): Promise<Bytes> {
    const { ledger, endsOf } = this.#options;
    if (this.#isClosed) return new Uint8Array(0);
    this.#refreshing = this.#refreshing.catch(() => undefined).then(() => this.#refresh());
    await this.#refreshing;
    const newest = ledger.snapshotHeight();
    if (newest === undefined) return new Uint8Array(0);
    // What was pruned since cannot be had here: a checkpoint that needs it is none.
    const isStale = this.#offered?.height !== newest || this.#offered.baseHeight < ledger.baseHeight();
    if (isStale && Date.now() - this.#soughtMs >= SEEK_MS) {
      this.#soughtMs = Date.now();
      this.#offered = await ledger.checkpoint(endsOf);
    } else if (isStale) return new Uint8Array(0);
    return this.#offered?.bytes ?? new Uint8Array(0);
  }

  /** A chain that grows slowly has no other snapshot for long. */
  async #refresh(): Promise<void> {
    const { ledger } = this.#options;
    const age = ledger.executedHeight() - (ledger.snapshotHeight() ?? 0);
    const isStale = ledger.snapshotHeight() === undefined || age >= STALE.heights;
    if (!isStale || Date.now() - this.#refreshedMs < STALE.leastMs) return;
    this.#refreshedMs = Date.now();
    await ledger.takeSnapshot();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#refreshing.catch(() => undefined);
    await this.#pruning;
  }
}
