/**
 * Values by height that were wanted last, each made once however many want it at a time, and one after the other:
 * making one is a read of the disk and milliseconds of work, which would hold up consensus if many were made at once.
 */
export class Kept<T> {
  readonly #max: number;
  readonly #held = new Map<number, T>();
  readonly #making = new Map<number, Promise<T | undefined>>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param max how many are kept. */
  constructor(max: number) {
    this.#max = max;
  }

  /** The value of a height, made if it is not kept. What cannot be made is not kept: damage is mended. */
  get(height: number, make: () => Promise<T | undefined>): Promise<T | undefined> {
    const held = this.#held.get(height);
    if (held !== undefined) {
      // What is used stays: a map keeps the order in which its entries were set.
      this.put(height, held);
      return Promise.resolve(held);
    }
    const making = this.#making.get(height) ?? this.#make(height, make);
    this.#making.set(height, making);
    return making;
  }

  put(height: number, value: T): void {
    this.#held.delete(height);
    this.#held.set(height, value);
    if (this.#held.size > this.#max) this.#held.delete(this.#held.keys().next().value as number);
  }

  #make(height: number, make: () => Promise<T | undefined>): Promise<T | undefined> {
    const made = this.#last
      .then(make)
      .then((value) => {
        if (value !== undefined) this.put(height, value);
        return value;
      })
      .finally(() => this.#making.delete(height));
    this.#last = made.catch(() => undefined);
    return made;
  }
}
