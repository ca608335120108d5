import type { CryptoSuite } from "@dure/crypto";
import type { Ledger } from "@dure/ledger";
import type { BatchLimits, Hash, Header } from "@dure/types";
import { type HeldBlock, readHeldBlock } from "./candidates.ts";
import { Kept } from "./kept.ts";

/** Blocks that are kept with their data, of a few megabytes at most. */
const BLOCKS_MAX = 8;
/** Headers that are kept, of some hundred bytes each. */
const HEADERS_MAX = 2_048;

export type HeldHeader = { readonly id: Hash; readonly header: Header };

/** A committed block from the log, with its data; undefined where the log holds none, or it is damaged. */
export const readBlock = async (
  suite: CryptoSuite,
  ledger: Pick<Ledger, "read">,
  limits: BatchLimits,
  height: number,
): Promise<HeldBlock | undefined> => {
  const read = await ledger.read(height);
  if (read === undefined) return undefined;
  const held = readHeldBlock(suite, read.block, limits);
  if (!held.ok) throw new Error(`block ${height} of the log does not read: ${held.message}`);
  return held.value;
};

/**
 * Committed blocks for clients. What was committed or asked for last is at hand, and the rest is read one by one, so that
 * no number of clients keeps the disk or the processor from consensus. Execution does not read here: it would have to
 * queue behind them.
 */
export class BlockReads {
  readonly #blocks = new Kept<HeldBlock>(BLOCKS_MAX);
  readonly #headers = new Kept<HeldHeader>(HEADERS_MAX);
  readonly #ledger: Pick<Ledger, "read">;
  readonly #read: (height: number) => Promise<HeldBlock | undefined>;

  constructor(suite: CryptoSuite, ledger: Pick<Ledger, "read">, limits: BatchLimits) {
    this.#ledger = ledger;
    this.#read = (height) => readBlock(suite, ledger, limits, height);
  }

  /** A block was committed and synced: those who follow the tip want it now. */
  committed(held: HeldBlock): void {
    const { id, header } = held.candidate;
    this.#blocks.put(header.height, held);
    this.#headers.put(header.height, { id, header });
  }

  /** Undefined where the log holds none, or it is damaged. */
  block(height: number): Promise<HeldBlock | undefined> {
    return this.#blocks.get(height, () => this.#read(height));
  }

  /** The same without the block's data. */
  header(height: number): Promise<HeldHeader | undefined> {
    return this.#headers.get(height, async () => {
      const read = await this.#ledger.read(height);
      return read && { id: read.blockId, header: read.header };
    });
  }
}
