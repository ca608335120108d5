import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ledger } from "@dure/ledger";
import { type Hash, parseHash } from "@dure/types";
import type { Logger } from "pino";

/** The count is kept again after this many blocks, so that even after a crash few are counted again. */
const KEEP_EVERY = 1_024;
const FILE = "transaction-count.json";

/** Heights 1 to `height` hold `count` transactions, in the chain that has this block there. */
type Kept = { readonly height: number; readonly blockId: Hash; readonly count: number };

type CountedLedger = Pick<Ledger, "head" | "baseHeight" | "heightOf" | "read">;

const isKept = (value: unknown): value is Kept => {
  const { height, blockId, count } = (value ?? {}) as Partial<Record<keyof Kept, unknown>>;
  return (
    Number.isSafeInteger(height) &&
    Number.isSafeInteger(count) &&
    typeof blockId === "string" &&
    parseHash(blockId) !== undefined
  );
};

/**
 * How many transactions the chain holds, above the log's base where it was never counted from the start. Kept in a file beside the log, which only saves reading the whole log at each
 * start: it is believed if its block stands in the log, and made again whenever it is missing.
 */
export class TransactionCount {
  readonly #path: string;
  readonly #ledger: CountedLedger;
  readonly #logger: Logger;
  readonly #headHeight: number;
  #count = 0;
  #blocksSinceKept = 0;
  /** Whether what the log held at the start is in the count. */
  #isWhole = false;
  #counting: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(directory: string, ledger: CountedLedger, logger: Logger) {
    this.#path = join(directory, FILE);
    this.#ledger = ledger;
    this.#logger = logger;
    this.#headHeight = ledger.head()?.height ?? 0;
  }

  /** The count; too low until what the log held at the start is counted. */
  get value(): number {
    return this.#count;
  }

  /** Blocks with these transactions were appended, and are the head now. */
  add(blocks: number, transactions: number): void {
    this.#count += transactions;
    this.#blocksSinceKept += blocks;
    if (this.#blocksSinceKept >= KEEP_EVERY) void this.save();
  }

  /** Counts what the log held when this was made; once, when the log is undamaged. */
  start(): Promise<void> {
    this.#counting ??= this.#countTo(this.#headHeight);
    return this.#counting;
  }

  async #countTo(headHeight: number): Promise<void> {
    const kept = await this.#kept();
    let count = kept?.count ?? 0;
    for (let height = (kept?.height ?? this.#ledger.baseHeight()) + 1; height <= headHeight; height++) {
      if (this.#isClosed) return;
      count += (await this.#ledger.read(height))?.header.transactionCount ?? 0;
    }
    this.#count += count;
    this.#isWhole = true;
  }

  async #kept(): Promise<Kept | undefined> {
    try {
      const value: unknown = JSON.parse(await readFile(this.#path, "utf8"));
      if (!isKept(value)) return undefined;
      return (await this.#ledger.heightOf(value.blockId)) === value.height ? value : undefined;
    } catch {
      // Missing or torn: the log says it again.
      return undefined;
    }
  }

  /** Keeps the count of now, and resolves when it is kept, or cannot be. */
  save(): Promise<void> {
    const head = this.#ledger.head();
    if (head === undefined || !this.#isWhole) return Promise.resolve();
    this.#blocksSinceKept = 0;
    const text = JSON.stringify({ height: head.height, blockId: head.blockId, count: this.#count });
    const write = async (): Promise<void> => {
      await writeFile(`${this.#path}.new`, text);
      await rename(`${this.#path}.new`, this.#path);
    };
    this.#saving = this.#saving
      .then(write)
      .catch((error: unknown) =>
        this.#logger.warn({ err: error }, "the transaction count could not be kept: it is counted again"),
      );
    return this.#saving;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#counting;
    await this.save();
  }
}
