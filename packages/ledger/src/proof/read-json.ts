import type { Bytes } from "@dure/crypto";
import { fromBase64, type Hash, parseHash } from "@dure/types";
import { malformed } from "./refusal.ts";

/** A JSON object with its fields not yet looked at. */
type Fields<Name extends string> = Readonly<Record<Name, unknown>>;

/**
 * Reads JSON values strictly. Everything is read once and copied, so that a value which changes between two looks is
 * judged as what was read; each part is measured before it is decoded.
 */
export class JsonReader {
  #bytesLeft: number;

  /** `bytesMax` bounds all decoded parts together. */
  constructor(bytesMax: number) {
    this.#bytesLeft = bytesMax;
  }

  /** The fields of an object that has exactly these. */
  object<Name extends string>(value: unknown, what: string, names: readonly Name[]): Fields<Name> {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return malformed(`${what} is no object`);
    const found = Object.keys(value);
    const missing = names.find((name) => !found.includes(name));
    if (missing !== undefined) return malformed(`${what} lacks ${missing}`);
    if (found.length !== names.length)
      return malformed(`${what} has a field that is not one of ${names.join(", ")}`);
    return value as Fields<Name>;
  }

  /** The items of a list of at most so many, each read by `read`. */
  list<T>(
    value: unknown,
    what: string,
    countMax: number,
    read: (item: unknown, what: string) => T,
  ): readonly T[] {
    if (!Array.isArray(value)) return malformed(`${what} is no list`);
    const { length } = value;
    if (length > countMax)
      return malformed(`${what} has ${length} items, and at most ${countMax} are allowed`);
    return Array.from({ length }, (_, at) => read(value[at], `${what}[${at}]`));
  }

  /** A safe integer from `least` on. Minus zero is none: it would be written as 0. */
  integer(value: unknown, what: string, least: number): number {
    const isInteger = typeof value === "number" && Number.isSafeInteger(value) && !Object.is(value, -0);
    return isInteger && value >= least ? value : malformed(`${what} is no whole number from ${least} on`);
  }

  hash(value: unknown, what: string): Hash {
    const hash = typeof value === "string" ? parseHash(value) : undefined;
    return hash ?? malformed(`${what} is not 64 lower-case hexadecimal digits`);
  }

  /** The bytes of canonical base64 text. */
  bytes(value: unknown, what: string, bytesMax: number): Bytes {
    if (typeof value !== "string") return malformed(`${what} is no text`);
    const atMost = Math.min(bytesMax, this.#bytesLeft);
    if (value.length > 4 * Math.ceil(atMost / 3)) return malformed(`${what} is too long`);
    const bytes = fromBase64(value) ?? malformed(`${what} is not padded base64`);
    if (bytes.length > atMost) return malformed(`${what} is too long`);
    this.#bytesLeft -= bytes.length;
    return bytes;
  }
}
