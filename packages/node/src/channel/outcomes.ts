import type { Hash, Receipt } from "@dure/types";

/** How far a transaction has come: final when its block's commit is synced, executed when its receipt stands. */
export type Stage = "final" | "executed";

/** What a client that waits is told. */
export type Progress =
  | { readonly stage: "accepted" }
  | { readonly stage: "final" }
  | { readonly stage: "executed"; readonly receipt: Receipt };

/** One request that waits, for as many transactions as it named. */
type Request = {
  readonly stage: Stage;
  readonly found: (Progress | undefined)[];
  left: number;
  readonly finish: () => void;
};

/** A transaction's place in a request. */
type Waiter = { readonly request: Request; readonly at: number };

/** More waiters than this are refused: each is a transaction of a client's open request. */
const WAITERS_MAX = 20_000;

/** Clients that wait for transactions to become final or executed. */
export class Outcomes {
  readonly #waiters = new Map<Hash, readonly Waiter[]>();
  readonly #requests = new Set<Request>();
  #count = 0;
  #isClosed = false;

  get isFull(): boolean {
    return this.#count >= WAITERS_MAX;
  }

  /**
   * Resolves when all have reached the stage, each with its receipt once there is one, or when the time is over:
   * undefined then stands for those that have not.
   */
  wait(ids: readonly Hash[], stage: Stage, timeoutMs: number): Promise<readonly (Progress | undefined)[]> {
    const found: (Progress | undefined)[] = ids.map(() => undefined);
    if (this.#isClosed || ids.length === 0) return Promise.resolve(found);
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#requests.delete(request);
        if (request.left > 0) this.#giveUp(ids, request);
        resolve(found);
      };
      const request: Request = { stage, found, left: ids.length, finish };
      const timer = setTimeout(finish, timeoutMs);
      this.#requests.add(request);
      this.#count += ids.length;
      ids.forEach((id, at) => {
        const others = this.#waiters.get(id);
        const waiter = { request, at };
        this.#waiters.set(id, others === undefined ? [waiter] : [...others, waiter]);
      });
    });
  }

  #keep(id: Hash, left: readonly Waiter[]): void {
    if (left.length > 0) this.#waiters.set(id, left);
    else this.#waiters.delete(id);
  }

  #giveUp(ids: readonly Hash[], request: Request): void {
    this.#count -= request.left;
    request.left = 0;
    for (const id of ids)
      this.#keep(
        id,
        (this.#waiters.get(id) ?? []).filter((waiter) => waiter.request !== request),
      );
  }

  /** Transactions are in a block that is committed and synced. */
  final(ids: Iterable<Hash>): void {
    if (this.#waiters.size === 0) return;
    for (const id of ids) this.#reached(id, { stage: "final" });
  }

  /** Transactions were executed: whoever waits gets the receipt itself, and nothing is read back for it. */
  executed(receipts: Iterable<Receipt>): void {
    if (this.#waiters.size === 0) return;
    for (const receipt of receipts) this.#reached(receipt.transactionId, { stage: "executed", receipt });
  }

  #reached(id: Hash, progress: Progress): void {
    const waiters = this.#waiters.get(id);
    if (waiters === undefined) return;
    const isDue = ({ request }: Waiter): boolean =>
      progress.stage === "executed" || request.stage === "final";
    const due = waiters.filter(isDue);
    if (due.length === 0) return;
    this.#keep(
      id,
      waiters.filter((waiter) => !isDue(waiter)),
    );
    for (const { request, at } of due) {
      request.found[at] = progress;
      request.left -= 1;
      this.#count -= 1;
      if (request.left === 0) request.finish();
    }
  }

  /** Ends all waiting, and any that would begin. */
  close(): void {
    this.#isClosed = true;
    for (const request of [...this.#requests]) request.finish();
  }
}
