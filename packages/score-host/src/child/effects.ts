import type { StateAccess } from "@dure/score";
import {
  CALL_BYTES_MAX,
  EVENT_BYTES_MAX,
  EVENT_NAME,
  EVENTS_MAX,
  KEY_BYTES_MAX,
  VALUE_BYTES_MAX,
  WRITES_MAX,
} from "../bounds.ts";
import type { WireValue } from "../wire-outcomes.ts";
import { canonical } from "./canonical.ts";
import { closeError } from "./closed-error.ts";
import { allocate, charge, unmetered } from "./meter.ts";
import { append, matches, parseText, visitMap } from "./pristine.ts";

/** A refusal by the host's own rules. A contract may catch it: it depends on nothing but the call. */
export class HostRefusal extends Error {
  override readonly name = "HostRefusal";
}
closeError(HostRefusal);

/** What the host's work for a contract costs, in steps: about what it takes beside the contract's own. */
export const COST = { read: 300, write: 300, event: 300, bytesPerStep: 16 } as const;

/**
 * What a call's first read of a key costs on top, in steps: the parent may have to be asked for it, each one alone. So a
 * block within its steps asks for at most 50,000 values.
 */
const FIRST_READ = 8_000;
/** What a value takes of memory for each of its characters, parsed, as JSON.parse counts it. */
const BYTES_PER_CHAR = 8;

export const QUERY_WRITE = "a query must not write";

/** Gives a state value by `name NUL key`. */
export type Reader = (key: string) => WireValue;

/**
 * What a transaction has read, written and emitted so far, within its bounds. A call of another SCORE has effects of its
 * own over those of its caller, which are merged into them if it succeeds and forgotten if it does not.
 */
export class Effects implements StateAccess {
  readonly writes = new Map<string, WireValue>();
  readonly events: (readonly [score: string, name: string, data: string])[] = [];
  bytes = 0;
  /** Whether a query tried to write; that it caught the refusal makes no difference. */
  wroteInQuery = false;
  readonly #score: string;
  readonly #prefix: string;
  readonly #writable: boolean;
  readonly #read: Reader;
  readonly #caller: Effects | undefined;
  /** The keys that it has read. */
  readonly #seen = new Set<string>();

  constructor(score: string, writable: boolean, read: Reader, caller?: Effects) {
    this.#score = score;
    this.#prefix = `${score}\0`;
    this.#writable = writable;
    this.#read = read;
    this.#caller = caller;
  }

  get(key: string): never | undefined {
    const text = this.#lookUp(key);
    if (text === null) return undefined;
    charge((text.length / COST.bytesPerStep) | 0);
    allocate(BYTES_PER_CHAR * text.length);
    return parseText(text) as never;
  }

  has(key: string): boolean {
    return this.#lookUp(key) !== null;
  }

  set(key: string, value: unknown): void {
    const text = canonical(value, VALUE_BYTES_MAX);
    unmetered(COST.write + ((text.length / COST.bytesPerStep) | 0), () => this.#put(key, text));
  }

  delete(key: string): void {
    unmetered(COST.write, () => this.#put(key, null));
  }

  emit(name: string, data: unknown): void {
    const text = canonical(data, EVENT_BYTES_MAX);
    unmetered(COST.event + ((text.length / COST.bytesPerStep) | 0), () => {
      if (typeof name !== "string" || !matches(EVENT_NAME, name))
        throw new HostRefusal("an event's name must be 1 to 64 letters, digits, dots, dashes or underscores");
      if (this.#eventCount() >= EVENTS_MAX)
        throw new HostRefusal(`a call emits at most ${EVENTS_MAX} events`);
      this.add(text, EVENT_BYTES_MAX, "an event");
      append(this.events, [this.#score, name, text]);
    });
  }

  /** Counts a text towards the transaction's bytes. @throws HostRefusal beyond its own bound or the transaction's. */
  add(text: string, bytesMax: number, what: string): void {
    const size = Buffer.byteLength(text);
    if (size > bytesMax) throw new HostRefusal(`${what} of ${size} bytes is beyond ${bytesMax}`);
    this.bytes += size;
    if (this.#allBytes() > CALL_BYTES_MAX)
      throw new HostRefusal(`a call puts out at most ${CALL_BYTES_MAX} bytes`);
  }

  writeList(): (readonly [key: string, value: WireValue])[] {
    const list: (readonly [string, WireValue])[] = [];
    visitMap(this.writes, (value, key) => {
      append(list, [key as string, value as WireValue]);
    });
    return list;
  }

  /** Takes over what a call of another SCORE did: it succeeded. */
  adopt(callee: Effects): void {
    visitMap(callee.writes, (value, key) => this.writes.set(key as string, value as WireValue));
    for (let index = 0; index < callee.events.length; index++) append(this.events, callee.events[index]!);
    this.bytes += callee.bytes;
  }

  #allBytes(): number {
    return this.bytes + (this.#caller === undefined ? 0 : this.#caller.#allBytes());
  }

  #eventCount(): number {
    return this.events.length + (this.#caller === undefined ? 0 : this.#caller.#eventCount());
  }

  #writeCount(): number {
    return this.writes.size + (this.#caller === undefined ? 0 : this.#caller.#writeCount());
  }

  /** What the transaction wrote under a key so far. */
  #written(key: string): WireValue | undefined {
    const value = this.writes.get(key);
    if (value !== undefined || this.#caller === undefined) return value;
    return this.#caller.#written(key);
  }

  #lookUp(key: string): WireValue {
    let full = "";
    const near = unmetered(COST.read, () => {
      full = this.#full(key);
      const written = this.#written(full);
      return written === undefined && this.#seen.has(full) ? this.#read(full) : written;
    });
    if (near !== undefined) return near;
    return unmetered(FIRST_READ, () => {
      this.#seen.add(full);
      return this.#read(full);
    });
  }

  #put(key: string, value: WireValue): void {
    if (!this.#writable) {
      this.wroteInQuery = true;
      throw new HostRefusal(QUERY_WRITE);
    }
    const full = this.#full(key);
    this.add(full, Number.POSITIVE_INFINITY, "a key");
    if (value !== null) this.add(value, VALUE_BYTES_MAX, "a state value");
    this.writes.set(full, value);
    if (this.#writeCount() > WRITES_MAX) throw new HostRefusal(`a call writes at most ${WRITES_MAX} keys`);
  }

  #full(key: string): string {
    if (typeof key !== "string" || key === "" || Buffer.byteLength(key) > KEY_BYTES_MAX || !isWhole(key))
      throw new HostRefusal(`a state key must be a text of 1 to ${KEY_BYTES_MAX} bytes`);
    return this.#prefix + key;
  }
}

const SURROGATE = /[\uD800-\uDFFF]/;
const LONE_SURROGATE = /\p{Cs}/u;
const isWhole = (key: string): boolean => !matches(SURROGATE, key) || !matches(LONE_SURROGATE, key);
