/** How many heights' times of commit are remembered: enough for whoever follows the tip. */
const TIMES_MAX = 1_024;

/**
 * Tells onlookers that the channel has moved on: a block became final, or was executed, or consensus entered another
 * view. It carries no data: an onlooker reads what it wants from the ledger, at its own pace.
 */
export class Moves {
  readonly #listeners = new Set<() => void>();
  readonly #committedAtMs = new Map<number, number>();

  /** A block of this height was committed and synced just now. */
  committed(height: number, atMs: number): void {
    this.#committedAtMs.set(height, atMs);
    if (this.#committedAtMs.size > TIMES_MAX)
      this.#committedAtMs.delete(this.#committedAtMs.keys().next().value as number);
  }

  /** When this peer committed a height; undefined if that is long ago or was before its start. */
  committedAtMs(height: number): number | undefined {
    return this.#committedAtMs.get(height);
  }

  /** Calls the listener at every move until the function that this returns is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  moved(): void {
    for (const listener of this.#listeners) listener();
  }
}
