import type { Bytes } from "@dure/crypto";
import { type ProvenCheckpoint, type StateRebuild, verifyCheckpoint } from "@dure/ledger";
import type { Trust } from "@dure/ledger/proof";
import type { Logger } from "pino";
import { decodeFrame, type Frame } from "./frame.ts";

/** How often peers that offered nothing yet are asked again. */
const ASK_MS = 500;
/** After the first offer, how long others are given to offer the same or a newer one. */
const GATHER_MS = 300;
/** How long a peer may send nothing, while it is asked for something, before others are asked the same. */
const ANSWER_MS = 10_000;
/** How often peers that are no source are asked whether they have become one. */
const INVITE_MS = 3_000;
/** Requests that one peer has at a time. */
const UNDER_WAY_MAX = 4;
const PROGRESS_MS = 5_000;

export type RestoreOptions = {
  readonly trust: Trust;
  readonly send: (peerId: string, frame: Frame) => boolean;
  readonly connected: () => readonly string[];
  /** Writes the state of a checkpoint, which `fill` has obtained whole. */
  readonly restore: (
    checkpoint: ProvenCheckpoint,
    fill: (rebuild: StateRebuild) => Promise<void>,
  ) => Promise<void>;
  /** How long to wait for an offer; without end where the peer cannot go on without one. */
  readonly patienceMs: number;
  readonly logger: Logger;
};

/** Nobody holds the snapshot any more that was being fetched: another one is chosen. */
class SnapshotGone extends Error {}

type Asked = { readonly peerId: string; readonly untilMs: number };

/**
 * Begins a channel with a snapshot: asks all connected peers for theirs, believes what a quorum attested, and fetches the
 * newest from all that hold it, part by part. A peer that answers falsely is found by its answer, and asked no more.
 */
export class Restore {
  readonly #options: RestoreOptions;
  readonly #offers = new Map<string, ProvenCheckpoint>();
  readonly #distrusted = new Set<string>();
  /** Peers whose snapshot was begun and could not be had whole: others come first. */
  readonly #abandoned = new Map<string, number>();
  #wake: () => void = () => undefined;
  /** While a snapshot is fetched: what was asked of whom, by path. */
  readonly #asked = new Map<string, Asked>();
  readonly #sources = new Set<string>();
  /** All that were sources of the snapshot that is fetched. */
  readonly #began = new Set<string>();
  #answers: { readonly peerId: string; readonly path: string; readonly answer: Bytes }[] = [];
  #height = 0;
  #isClosed = false;

  constructor(options: RestoreOptions) {
    this.#options = options;
  }

  /** A frame from a peer; what is no answer to this is of no use yet. */
  onFrame(peerId: string, bytes: Bytes): void {
    const decoded = decodeFrame(bytes);
    if (!decoded.ok || this.#distrusted.has(peerId)) return;
    const frame = decoded.value;
    if (frame.type === "checkpoint") this.#offered(peerId, frame.checkpoint);
    if (frame.type === "state" && frame.height === this.#height) {
      if (this.#asked.get(frame.path)?.peerId !== peerId) return;
      this.#answers.push({ peerId, path: frame.path, answer: frame.answer });
      this.#wake();
    }
  }

  onUp(peerId: string): void {
    this.#options.send(peerId, { type: "getCheckpoint" });
  }

  /** Whether the home was given a snapshot; false if none was offered in time. Throws what `restore` throws. */
  async run(): Promise<boolean> {
    const { restore, logger } = this.#options;
    while (!this.#isClosed) {
      const checkpoint = await this.#choose();
      if (checkpoint === undefined) return false;
      const { height } = checkpoint.reflected;
      logger.info({ height, keys: checkpoint.tree.count, from: [...this.#sources] }, "fetching a snapshot");
      try {
        await restore(checkpoint, (rebuild) => this.#fill(rebuild));
        logger.info({ height, baseHeight: checkpoint.baseHeight }, "the state of a snapshot is in place");
        return true;
      } catch (error) {
        if (!(error instanceof SnapshotGone)) throw error;
        logger.warn({ height }, "nobody holds this snapshot any more: beginning with another");
        for (const peerId of this.#began) this.#abandoned.set(peerId, 1 + (this.#abandoned.get(peerId) ?? 0));
        this.#offers.clear();
        this.#height = 0;
      }
    }
    return false;
  }

  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #offered(peerId: string, bytes: Bytes): void {
    if (bytes.length === 0 || this.#offers.has(peerId)) return;
    const verdict = verifyCheckpoint(this.#options.trust, bytes);
    if (!verdict.ok) return this.#distrust(peerId, `a checkpoint: ${verdict.message}`);
    this.#offers.set(peerId, verdict.checkpoint);
    // One that comes to hold the snapshot that is being fetched helps with the rest of it.
    if (verdict.checkpoint.reflected.height === this.#height) this.#addSource(peerId);
    this.#wake();
  }

  #distrust(peerId: string, reason: string): void {
    this.#options.logger.warn({ peerId, reason }, "a peer sent something that is refused");
    this.#distrusted.add(peerId);
    this.#offers.delete(peerId);
    this.#drop(peerId);
  }

  #addSource(peerId: string): void {
    this.#sources.add(peerId);
    this.#began.add(peerId);
  }

  /** A peer is no source any more; it may offer again. */
  #drop(peerId: string): void {
    this.#sources.delete(peerId);
    this.#offers.delete(peerId);
    for (const [path, asked] of this.#asked) if (asked.peerId === peerId) this.#asked.delete(path);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
    });
  }

  /** The newest checkpoint that was offered; those who offered it are the sources. */
  async #choose(): Promise<ProvenCheckpoint | undefined> {
    const { send, connected, patienceMs, logger } = this.#options;
    const sinceMs = Date.now();
    let toldMs = sinceMs;
    while (this.#offers.size === 0) {
      if (this.#isClosed || Date.now() - sinceMs > patienceMs) return undefined;
      for (const peerId of connected()) send(peerId, { type: "getCheckpoint" });
      if (Date.now() - toldMs > PROGRESS_MS) {
        toldMs = Date.now();
        logger.info({ connected: connected() }, "waiting for a peer that offers a snapshot");
      }
      await this.#pause(ASK_MS);
    }
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
    const best = this.#best();
    if (best === undefined) return this.#choose();
    this.#height = best.reflected.height;
    this.#sources.clear();
    this.#began.clear();
    for (const [peerId, { reflected }] of this.#offers)
      if (reflected.height === this.#height) this.#addSource(peerId);
    return best;
  }

  /** The snapshot that most peers offer which did not fail before; of several the newest. */
  #best(): ProvenCheckpoint | undefined {
    const standing = (checkpoint: ProvenCheckpoint): number => {
      let sum = 0;
      for (const [peerId, { reflected }] of this.#offers)
        if (reflected.height === checkpoint.reflected.height)
          sum += 1 / (1 + (this.#abandoned.get(peerId) ?? 0));
      return sum;
    };
    return [...this.#offers.values()].sort(
      (a, b) => standing(b) - standing(a) || b.reflected.height - a.reflected.height,
    )[0];
  }

  async #fill(rebuild: StateRebuild): Promise<void> {
    this.#asked.clear();
    this.#answers = [];
    let toldMs = Date.now();
    let invitedMs = toldMs;
    while (!rebuild.isWhole) {
      if (this.#isClosed) throw new Error("the peer is closing");
      if (Date.now() - invitedMs > INVITE_MS) {
        invitedMs = Date.now();
        this.#invite();
      }
      this.#ask(rebuild);
      if (this.#answers.length === 0) await this.#pause(this.#asked.size === 0 ? ASK_MS : ANSWER_MS / 10);
      for (const { peerId, path, answer } of this.#answers.splice(0)) {
        if (this.#asked.get(path)?.peerId !== peerId) continue;
        this.#asked.delete(path);
        this.#heard(peerId);
        if (answer.length === 0) this.#drop(peerId);
        else {
          const flaw = await rebuild.take(path, answer);
          if (flaw !== undefined) this.#distrust(peerId, flaw);
        }
        this.#ask(rebuild);
      }
      if (Date.now() - toldMs > PROGRESS_MS) {
        toldMs = Date.now();
        this.#options.logger.info(rebuild.progress, "fetching a snapshot");
      }
    }
  }

  /** Asks for what is wanted and not asked for yet, as far as the sources have room. Throws SnapshotGone. */
  #ask(rebuild: StateRebuild): void {
    const { send, connected } = this.#options;
    const now = Date.now();
    const up = new Set(connected());
    for (const { peerId, untilMs } of [...this.#asked.values()]) if (untilMs < now) this.#drop(peerId);
    for (const peerId of this.#sources) if (!up.has(peerId)) this.#drop(peerId);
    if (this.#sources.size === 0) throw new SnapshotGone();
    const load = new Map([...this.#sources].map((peerId) => [peerId, 0]));
    for (const { peerId } of this.#asked.values()) load.set(peerId, (load.get(peerId) ?? 0) + 1);
    for (const path of rebuild.wanted()) {
      if (this.#asked.has(path)) continue;
      const [idlest] = [...load].sort((a, b) => a[1] - b[1]);
      if (idlest === undefined || idlest[1] >= UNDER_WAY_MAX) return;
      const [peerId, underWay] = idlest;
      if (!send(peerId, { type: "getState", height: this.#height, path })) {
        // Its queue is full, or its link is ending: the others are asked meanwhile.
        load.delete(peerId);
        continue;
      }
      load.set(peerId, underWay + 1);
      this.#asked.set(path, { peerId, untilMs: now + ANSWER_MS });
    }
  }

  /** A peer that answers is at work on the rest of what it was asked for. */
  #heard(peerId: string): void {
    const untilMs = Date.now() + ANSWER_MS;
    for (const [path, asked] of this.#asked)
      if (asked.peerId === peerId) this.#asked.set(path, { peerId, untilMs });
  }

  #invite(): void {
    const { send, connected } = this.#options;
    for (const peerId of connected())
      if (!this.#sources.has(peerId) && !this.#distrusted.has(peerId)) {
        this.#offers.delete(peerId);
        send(peerId, { type: "getCheckpoint" });
      }
  }
}
