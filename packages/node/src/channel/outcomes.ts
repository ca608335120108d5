import type { Hash, Receipt } from "@dure/types";

/** How far a transaction has come: final when its block's commit is synced, executed when its receipt stands. */
export type Stage = "final" | "executed";

/** What a client that waits is told. */
export type Progress =
  | { readonly stage: "accepted" }
  | { readonly stage: "final" }
  | { readonly stage: "executed"; readonly receipt: Receipt };

type Waiter = {
  readonly stage: Stage;
  readonly resolve: (progress: Progress | undefined) => void;
  readonly timer: NodeJS.Timeout;
};

/** More waiters than this are refused: each is a client's open request. */
const WAITERS_MAX = 20_000;

/** Clients that wait for a transaction to become final or executed. */
export class Outcomes {
  readonly #waiters = new Map<Hash, Waiter[]>();
  #count = 0;
  #isClosed = false;

  get isFull(): boolean {
    return this.#count >= WAITERS_MAX;
  }

  /** Resolves when the stage is reached, with the receipt once there is one; undefined when the time is over. */
  wait(id: Hash, stage: Stage, timeoutMs: number): Promise<Progress | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#count += 1;
      const settle = (progress: Progress | undefined): void => {
        clearTimeout(waiter.timer);
        this.#count -= 1;
        resolve(progress);
      };
      const waiter: Waiter = {
        stage,
        resolve: settle,
        timer: setTimeout(() => this.#giveUp(id, waiter), timeoutMs),
      };
      this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), waiter]);
    });
  }

  #giveUp(id: Hash, waiter: Waiter): void {
    const left = (this.#waiters.get(id) ?? []).filter((other) => other !== waiter);
    if (left.length > 0) this.#waiters.set(id, left);
    else this.#waiters.delete(id);
    waiter.resolve(undefined);
  }

  /** Transactions are in a block that is committed and synced. */
  final(ids: Iterable<Hash>): void {
    for (const id of ids) this.#reached(id, { stage: "final" });
  }

  /** Transactions were executed: whoever waits gets the receipt itself, and nothing is read back for it. */
  executed(receipts: Iterable<Receipt>): void {
    for (const receipt of receipts) this.#reached(receipt.transactionId, { stage: "executed", receipt });
  }

  #reached(id: Hash, progress: Progress): void {
    const waiters = this.#waiters.get(id);
    if (waiters === undefined) return;
    const isDue = (waiter: Waiter): boolean => progress.stage === "executed" || waiter.stage === "final";
    const left = waiters.filter((waiter) => !isDue(waiter));
    if (left.length > 0) this.#waiters.set(id, left);
    else this.#waiters.delete(id);
    for (const waiter of waiters.filter(isDue)) waiter.resolve(progress);
  }

  /** Ends all waiting, and any that would begin. */
  close(): void {
    this.#isClosed = true;
    for (const waiters of this.#waiters.values()) for (const waiter of waiters) waiter.resolve(undefined);
    this.#waiters.clear();
  }
}
