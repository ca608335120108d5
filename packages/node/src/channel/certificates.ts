import { type ValidatorSet, verifyExecutionCertificate } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Ledger } from "@dure/ledger";
import {
  decode,
  type ExecutionCertificate,
  readExecutionCertificate,
  Writer,
  writeExecutionCertificate,
} from "@dure/types";
import { Refusal } from "../rest/refusal.ts";
import type { Links } from "./links.ts";

/** More waiters than this are refused: each is a client's open request. */
const WAITERS_MAX = 2_000;
/** How long a certificate is given to form by itself before others are asked, one more of them each time. */
const ASK_MS = 250;
/** How many heights are asked for at a time. */
const ASKED_MAX = 64;

type Waiter = {
  readonly resolve: (certificate: ExecutionCertificate | undefined) => void;
  readonly timer: NodeJS.Timeout;
};

type Wanted = {
  readonly waiters: Set<Waiter>;
  attempts: number;
  /** Peers that were asked and have not answered: one answer of each is looked at. */
  readonly asked: Set<string>;
};

export type CertificatesOptions = {
  readonly ledger: Pick<
    Ledger,
    "executionCertificate" | "newestExecutionCertificate" | "saveExecutionCertificate"
  >;
  /** The validators of an epoch, if this peer knows them. */
  readonly validatorsOf: (epoch: number) => ValidatorSet | undefined;
  readonly links: Links;
  readonly onRefused: (peerId: string, reason: string) => void;
  /** The ledger failed to write: the process cannot go on. */
  readonly onFailed: (error: unknown) => void;
};

/**
 * Execution certificates for those who wait for one of a height. The newest forms some milliseconds after its height
 * was executed; one of an older height may be missing here for good, where this peer was away while it formed, and
 * then another peer has it.
 */
export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #wanted = new Map<number, Wanted>();
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: CertificatesOptions) {
    this.#options = options;
  }

  /**
   * The certificate of a height as soon as it is held; undefined when the time is over or the channel closes. Throws
   * Refusal `TOO_MANY_WAITING`.
   */
  async of(height: number, waitMs: number): Promise<ExecutionCertificate | undefined> {
    const held = this.#options.ledger.executionCertificate(height);
    if (held !== undefined || waitMs <= 0 || this.#isClosed) return held;
    if (this.#waiting >= WAITERS_MAX)
      throw new Refusal("TOO_MANY_WAITING", "too many clients wait for proofs here: ask again later");
    return new Promise((resolve) => {
      const wanted = this.#wanted.get(height) ?? { waiters: new Set(), attempts: 0, asked: new Set() };
      const waiter: Waiter = { resolve, timer: setTimeout(() => this.#giveUp(height, waiter), waitMs) };
      wanted.waiters.add(waiter);
      this.#waiting += 1;
      this.#wanted.set(height, wanted);
      // Quorums are past this height: who lacks its certificate will not see it form any more.
      if (height < (this.#options.ledger.newestExecutionCertificate()?.height ?? 0))
        this.#ask(height, wanted);
      this.#timer ??= setInterval(() => this.#askAll(), ASK_MS);
    });
  }

  /** The ledger has the certificate of this height now. */
  saved(height: number): void {
    const wanted = this.#wanted.get(height);
    const certificate = wanted && this.#options.ledger.executionCertificate(height);
    if (wanted === undefined || certificate === undefined) return;
    this.#end(height, wanted, certificate);
  }

  /** The bytes of a certificate for another peer; undefined if it is not held. */
  bytesOf(height: number): Bytes | undefined {
    const certificate = this.#options.ledger.executionCertificate(height);
    return certificate && writeExecutionCertificate(new Writer(), certificate).finish();
  }

  /** A certificate from another peer: taken if that peer was asked for it and a quorum signed it. */
  receive(peerId: string, bytes: Bytes): void {
    const { ledger, validatorsOf, onRefused, onFailed } = this.#options;
    const decoded = decode(bytes, readExecutionCertificate);
    if (!decoded.ok) return onRefused(peerId, `an execution certificate: ${decoded.message}`);
    const certificate = decoded.value;
    if (this.#wanted.get(certificate.height)?.asked.delete(peerId) !== true) return;
    const set = validatorsOf(certificate.epoch);
    if (set === undefined || !verifyExecutionCertificate(set, certificate))
      return onRefused(peerId, "an execution certificate that does not verify");
    ledger.saveExecutionCertificate(certificate).catch(onFailed);
    this.saved(certificate.height);
  }

  #ask(height: number, wanted: Wanted): void {
    const peers = this.#options.links.connected();
    const peerId = peers[wanted.attempts++ % Math.max(1, peers.length)];
    if (peerId === undefined) return;
    wanted.asked.add(peerId);
    this.#options.links.send(peerId, { type: "getExecution", height });
  }

  #askAll(): void {
    for (const [height, wanted] of [...this.#wanted].slice(0, ASKED_MAX)) this.#ask(height, wanted);
  }

  #giveUp(height: number, waiter: Waiter): void {
    const wanted = this.#wanted.get(height);
    if (wanted === undefined || !wanted.waiters.delete(waiter)) return;
    this.#waiting -= 1;
    waiter.resolve(undefined);
    if (wanted.waiters.size === 0) this.#end(height, wanted, undefined);
  }

  #end(height: number, wanted: Wanted, certificate: ExecutionCertificate | undefined): void {
    this.#wanted.delete(height);
    this.#waiting -= wanted.waiters.size;
    for (const { timer, resolve } of wanted.waiters) {
      clearTimeout(timer);
      resolve(certificate);
    }
    if (this.#wanted.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Ends all waiting, and any that would begin. */
  close(): void {
    this.#isClosed = true;
    for (const [height, wanted] of this.#wanted) this.#end(height, wanted, undefined);
  }
}
