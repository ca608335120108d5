import type { Hash } from "@dure/types";

/** How far a transaction has come: final when its block's commit is synced, executed when its receipt stands. */
export type Stage = "final" | "executed";

type Waiter = {
  readonly stage: Stage;
  readonly resolve: (reached: boolean) => void;
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

  /** Resolves true when the stage is reached, false when the time is over. */
  wait(id: Hash, stage: Stage, timeoutMs: number): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#count += 1;
      const settle = (reached: boolean): void => {
        clearTimeout(waiter.timer);
        this.#count -= 1;
        resolve(reached);
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
    waiter.resolve(false);
  }

  /** Transactions reached a stage; executed implies final. */
  reached(ids: Iterable<Hash>, stage: Stage): void {
    if (this.#waiters.size === 0) return;
    for (const id of ids) {
      const waiters = this.#waiters.get(id);
      if (waiters === undefined) continue;
      const isDue = (waiter: Waiter): boolean => stage === "executed" || waiter.stage === "final";
      const left = waiters.filter((waiter) => !isDue(waiter));
      if (left.length > 0) this.#waiters.set(id, left);
      else this.#waiters.delete(id);
      for (const waiter of waiters.filter(isDue)) waiter.resolve(true);
    }
  }

  /** Ends all waiting, and any that would begin. */
  close(): void {
    this.#isClosed = true;
    for (const waiters of this.#waiters.values()) for (const waiter of waiters) waiter.resolve(false);
    this.#waiters.clear();
  }
}
