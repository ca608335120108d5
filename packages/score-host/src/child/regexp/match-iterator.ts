import type { Compiled } from "./compiled.ts";
import { afterMatch, type MatchArray, matchArray, matchFrom } from "./match.ts";

/** What `matchAll` returns: finds each match when it is asked for. */
export class MatchIterator {
  readonly #compiled: Compiled;
  readonly #text: string;
  /** Where to look next, -1 when there is nothing more. */
  #position: number;

  constructor(compiled: Compiled, text: string, lastIndex: number) {
    this.#compiled = compiled;
    this.#text = text;
    this.#position = compiled.flags.global || compiled.flags.sticky ? lastIndex : 0;
  }

  static is(value: object): boolean {
    return #position in value;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<MatchArray, undefined> {
    const match = this.#position < 0 ? undefined : matchFrom(this.#compiled, this.#text, this.#position);
    if (match === undefined) {
      this.#position = -1;
      return { value: undefined, done: true };
    }
    this.#position = this.#compiled.flags.global ? afterMatch(this.#compiled, this.#text, match) : -1;
    return { value: matchArray(this.#compiled, this.#text, match), done: false };
  }
}
