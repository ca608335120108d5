import { type ValidatorSet, verifyCommitProof } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Ledger } from "@dure/ledger";
import { type Block, type BlockLimits, decodeBlock, decodeHeader, type Hash } from "@dure/types";
import type { Links } from "./links.ts";

/** How long one peer is waited for; also how long to wait for anyone to be connected. */
const ANSWER_MS = 1_000;

export type RepairOptions = {
  readonly ledger: Pick<Ledger, "damage" | "read" | "repair">;
  /** The validators of an epoch, if this peer knows them. */
  readonly setOf: (epoch: number) => ValidatorSet | undefined;
  readonly limits: BlockLimits;
  readonly links: Links;
  readonly onRepaired: (height: number) => void;
  readonly onRefused: (peerId: string, reason: string) => void;
  /** The disk failed: the process cannot go on. */
  readonly onFailed: (error: unknown) => void;
};

/**
 * Fetches committed blocks that cannot be read from this disk any more, one at a time and the uppermost of a span
 * first: the block above names its parent's id, so that whoever answers cannot answer falsely. Goes on until nothing is
 * damaged, however long no peer that has the block is connected.
 */
export class Repair {
  readonly #options: RepairOptions;
  #running: Promise<void> | undefined;
  #asked: { readonly peerId: string; readonly answer: (bytes: Bytes | undefined) => void } | undefined;
  #wake: (() => void) | undefined;
  #isClosed = false;

  constructor(options: RepairOptions) {
    this.#options = options;
  }

  /** Damage was found: mends all there is. */
  run(): void {
    if (this.#running !== undefined || this.#isClosed || this.#topmost() === undefined) return;
    this.#running = this.#runAll()
      .catch(this.#options.onFailed)
      .finally(() => {
        this.#running = undefined;
      });
  }

  /** A block from a peer; true if it answers what was asked of that peer. */
  receive(peerId: string, bytes: Bytes): boolean {
    if (this.#asked?.peerId !== peerId) return false;
    this.#asked.answer(bytes);
    return true;
  }

  #topmost(): number | undefined {
    return this.#options.ledger.damage().at(-1)?.toHeight;
  }

  async #runAll(): Promise<void> {
    const { ledger, links, onRepaired, onRefused } = this.#options;
    let attempt = 0;
    for (let height = this.#topmost(); height !== undefined && !this.#isClosed; height = this.#topmost()) {
      const child = await ledger.read(height + 1);
      // The head itself cannot be mended: the next start cuts it off, and sync fetches it.
      if (child === undefined && this.#topmost() === height) return;
      const peers = links.connected();
      const peerId = peers[attempt++ % Math.max(1, peers.length)];
      if (child === undefined || peerId === undefined) {
        await this.#pause();
        continue;
      }
      const bytes = await this.#ask(peerId, child.header.parentId);
      if (bytes === undefined) continue;
      const flaw = await this.#mend(height, child.header.parentId, bytes);
      if (flaw === undefined) {
        onRepaired(height);
        continue;
      }
      onRefused(peerId, `a block to repair height ${height}: ${flaw}`);
      // A peer that lies at once must not make this a loop without a breath.
      await this.#pause();
    }
  }

  async #mend(height: number, id: Hash, bytes: Bytes): Promise<string | undefined> {
    const { ledger, limits } = this.#options;
    const decoded = decodeBlock(bytes, limits);
    if (!decoded.ok) return decoded.message;
    const flaw = this.#proofFlaw(id, decoded.value);
    if (flaw !== undefined) return flaw;
    const repaired = await ledger.repair(height, decoded.value);
    return repaired.ok || repaired.code === "NOT_DAMAGED" ? undefined : repaired.message;
  }

  #proofFlaw(id: Hash, { headerBytes, proof }: Block): string | undefined {
    if (proof === undefined) return undefined;
    const header = decodeHeader(headerBytes);
    if (!header.ok) return header.message;
    const set = this.#options.setOf(header.value.epoch);
    return set !== undefined && verifyCommitProof(set, id, header.value, proof)
      ? undefined
      : "its commit proof does not verify";
  }

  #ask(peerId: string, blockId: Hash): Promise<Bytes | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#asked?.answer(undefined), ANSWER_MS);
      const answer = (bytes: Bytes | undefined): void => {
        clearTimeout(timer);
        this.#asked = undefined;
        resolve(bytes);
      };
      this.#asked = { peerId, answer };
      if (!this.#options.links.send(peerId, { type: "getBlock", blockId })) answer(undefined);
    });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), ANSWER_MS);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
    });
  }

  /** A peer came up: there is someone to ask. */
  hurry(): void {
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake?.();
    this.#asked?.answer(undefined);
    await this.#running;
  }
}
