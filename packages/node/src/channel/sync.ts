import { type Head, type ValidatorSet, verifyCommitProof } from "@dure/consensus";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import { type BatchLimits, type Block, type BlockLimits, decodeBlock } from "@dure/types";
import { type HeldBlock, readHeldBlock } from "./candidates.ts";
import type { Links } from "./links.ts";

/** How long an answer is waited for. */
const ANSWER_MS = 2_000;
/** How long a peer that sent something false is not asked: doubled each time that it does it again. */
const DISTRUST_MS = { least: 10_000, most: 600_000 } as const;
/** A hint of a height just above ours is followed only if it still holds after this: commits are on their way. */
const PATIENCE_MS = 40;
/** How long nobody may hold the next block before a peer gives up waiting for one that does. */
const BEHIND_MS = 5_000;

/** A verified prefix of the chain: blocks in order, the last one's proof standing on it. */
export type Committed = { readonly block: Block; readonly held: HeldBlock };

export type SyncOptions = {
  readonly suite: CryptoSuite;
  /** The validators of the current epoch: the only one whose proofs can be judged. */
  readonly set: () => ValidatorSet;
  readonly limits: BatchLimits & BlockLimits;
  readonly links: Links;
  readonly head: () => Head;
  /** Appends a verified prefix to the log; resolves when it is synced and the engine knows. */
  readonly append: (blocks: readonly Committed[]) => Promise<void>;
  readonly onRefused: (peerId: string, reason: string) => void;
  /** No connected peer says that it has the next block, and some that they have pruned it, for some time now. */
  readonly onBehind: () => void;
  /** The log failed to append: the process cannot go on. */
  readonly onFailed: (error: unknown) => void;
};

/** A peer that answered falsely: until when it is not asked, and for how long that was. */
type Distrust = { readonly untilMs: number; readonly forMs: number };

/** As far as the first block that ends its epoch: those above it are certified by validators that it names. */
const upToEnd = (blocks: readonly Committed[]): readonly Committed[] => {
  const end = blocks.findIndex(({ held }) => held.candidate.header.endsEpoch);
  return end < 0 ? blocks : blocks.slice(0, end + 1);
};

type Answer = { readonly peerId: string; readonly fromHeight: number; readonly blocks: readonly Bytes[] };

/**
 * Fetches committed blocks that this node missed and verifies them: each links to its parent, holds the body that its
 * header names, and is committed by a proof of the validators. A claimed height is only a reason to ask.
 */
export class Sync {
  readonly #options: SyncOptions;
  /** By peer, the last height it claimed; of validators alone, so bounded. */
  readonly #claims = new Map<string, number>();
  readonly #distrusted = new Map<string, Distrust>();
  /** Peers whose last answer was empty though they claim more: an honest one may not have synced its commit yet. */
  readonly #empty = new Set<string>();
  /** Connected peers that were asked for the block above our head and do not have it: any more, or yet. */
  readonly #helpless = new Map<string, "pruned" | "empty">();
  #helplessAt = -1;
  #behindSinceMs: number | undefined;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #answer: ((answer: Answer | undefined) => void) | undefined;
  #asked: { readonly peerId: string; readonly fromHeight: number } | undefined;
  #isClosed = false;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /** A peer claims a height. */
  claim(peerId: string, height: number): void {
    this.#claims.set(peerId, height);
    // It did not have the next block when it was asked, and says that it does now.
    if (height > this.#options.head().height && this.#helpless.get(peerId) === "empty")
      this.#helpless.delete(peerId);
    if (this.#running !== undefined || this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#run()
        .catch(this.#options.onFailed)
        .finally(() => {
          this.#running = undefined;
        });
    }, PATIENCE_MS);
  }

  /** A peer's answer; any that was not asked for is ignored. */
  receive(answer: Answer): void {
    if (this.#asked?.peerId === answer.peerId && this.#asked.fromHeight === answer.fromHeight)
      this.#answer?.(answer);
  }

  /** A peer said that the blocks that it was asked for are pruned there. */
  pruned(peerId: string, fromHeight: number, baseHeight: number): void {
    if (this.#asked?.peerId !== peerId || this.#asked.fromHeight !== fromHeight) return;
    if (baseHeight >= fromHeight) this.#helpless.set(peerId, "pruned");
    this.#answer?.({ peerId, fromHeight, blocks: [] });
  }

  /** What peers could not help with was about the block above the head of then. */
  #headMoved(): void {
    const { height } = this.#options.head();
    if (height === this.#helplessAt) return;
    this.#helplessAt = height;
    this.#helpless.clear();
    this.#behindSinceMs = undefined;
  }

  /** Only if everyone was asked, and it stays so: a peer that keeps all may be about to connect. */
  #judgeBehind(): void {
    this.#headMoved();
    const now = Date.now();
    const isOut = (peerId: string): boolean =>
      this.#helpless.has(peerId) || (this.#distrusted.get(peerId)?.untilMs ?? 0) >= now;
    const isPruned = [...this.#helpless.values()].includes("pruned");
    if (!isPruned || !this.#options.links.connected().every(isOut)) this.#behindSinceMs = undefined;
    else {
      this.#behindSinceMs ??= now;
      if (now - this.#behindSinceMs > BEHIND_MS) this.#options.onBehind();
    }
  }

  /** Whom to ask: of those that claim more than we have, the one that lied least, then the one that claims most. */
  #nextPeer(): string | undefined {
    const { links, head } = this.#options;
    const now = Date.now();
    const { height } = head();
    const offences = (peerId: string): number => this.#distrusted.get(peerId)?.forMs ?? 0;
    const claimed = (peerId: string): number => this.#claims.get(peerId) ?? 0;
    this.#headMoved();
    // Where a peer has pruned the next block, one that claims nothing may still have it.
    const mayAsk = (peerId: string): boolean => claimed(peerId) > height || this.#helpless.size > 0;
    return links
      .connected()
      .filter((peerId) => !this.#helpless.has(peerId))
      .filter((peerId) => mayAsk(peerId) && (this.#distrusted.get(peerId)?.untilMs ?? 0) < now)
      .sort((a, b) => offences(a) - offences(b) || claimed(b) - claimed(a))[0];
  }

  async #run(): Promise<void> {
    for (let peerId = this.#nextPeer(); peerId !== undefined && !this.#isClosed; peerId = this.#nextPeer()) {
      const answer = await this.#ask(peerId, this.#options.head().height + 1);
      if (this.#isClosed) return;
      const reason = answer === undefined ? this.#silence(peerId) : await this.#take(answer);
      if (reason !== undefined) this.#distrust(peerId, reason);
    }
    this.#judgeBehind();
  }

  /** No answer is a fault only of a peer that is still connected. */
  #silence(peerId: string): string | undefined {
    if (this.#options.links.connected().includes(peerId)) return "no answer to a request for blocks";
    this.#claims.delete(peerId);
    return undefined;
  }

  #distrust(peerId: string, reason: string): void {
    const { least, most } = DISTRUST_MS;
    const forMs = Math.min(most, 2 * (this.#distrusted.get(peerId)?.forMs ?? least / 2));
    this.#distrusted.set(peerId, { untilMs: Date.now() + forMs, forMs });
    this.#claims.delete(peerId);
    this.#options.onRefused(peerId, reason);
  }

  #ask(peerId: string, fromHeight: number): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer?.(undefined), ANSWER_MS);
      this.#asked = { peerId, fromHeight };
      this.#answer = (answer) => {
        clearTimeout(timer);
        this.#answer = undefined;
        this.#asked = undefined;
        resolve(answer);
      };
      if (!this.#options.links.send(peerId, { type: "getBlocks", fromHeight })) this.#answer(undefined);
    });
  }

  /** Appends what of an answer verifies; the reason if the peer sent anything false, or nothing of use. */
  async #take({ peerId, fromHeight, blocks }: Answer): Promise<string | undefined> {
    const { head, append } = this.#options;
    // Live commits may have overtaken the answer: that is nobody's fault.
    if (blocks.length === 0) {
      if (head().height >= fromHeight || this.#helpless.has(peerId)) return undefined;
      if (this.#claims.has(peerId)) return this.#emptyAnswer(peerId);
      this.#helpless.set(peerId, "empty");
      return undefined;
    }
    const read = this.#read(blocks);
    if (typeof read === "string") return read;
    const fresh = upToEnd(read.filter(({ held }) => held.candidate.header.height > head().height));
    if (fresh.length === 0) return head().height >= fromHeight ? undefined : "blocks that we have already";
    const flaw = this.#flawOf(fresh);
    if (flaw !== undefined) return flaw;
    await append(fresh);
    this.#empty.delete(peerId);
    this.#distrusted.delete(peerId);
    return undefined;
  }

  /** The first empty answer only ends the claim; the peer's next claim may be true by then. */
  #emptyAnswer(peerId: string): string | undefined {
    this.#claims.delete(peerId);
    if (this.#empty.delete(peerId)) return "an answer without blocks, again";
    this.#empty.add(peerId);
    return undefined;
  }

  #read(blocks: readonly Bytes[]): readonly Committed[] | string {
    const { suite, limits } = this.#options;
    const committed: Committed[] = [];
    for (const bytes of blocks) {
      const block = decodeBlock(bytes, limits);
      if (!block.ok) return `a block: ${block.message}`;
      const held = readHeldBlock(suite, block.value, limits);
      if (!held.ok) return `a block: ${held.message}`;
      committed.push({ block: block.value, held: held.value });
    }
    return committed;
  }

  #flawOf(blocks: readonly Committed[]): string | undefined {
    const { head } = this.#options;
    const set = this.#options.set();
    let { height, blockId: id } = head();
    let isProven = false;
    for (const { block, held } of blocks) {
      const { candidate } = held;
      if (candidate.header.height !== height + 1 || candidate.header.parentId !== id)
        return "blocks that do not follow our head";
      if (candidate.header.epoch !== set.epoch) return "blocks of another epoch";
      isProven = block.proof !== undefined;
      if (block.proof !== undefined && !verifyCommitProof(set, candidate.id, candidate.header, block.proof)) {
        return "a commit proof that does not verify";
      }
      height += 1;
      id = candidate.id;
    }
    return isProven ? undefined : "blocks without a commit proof at their end";
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#answer?.(undefined);
    await this.#running;
  }
}
