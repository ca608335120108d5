import { allocate, charge, enter, leave } from "../meter.ts";
import { guardChange } from "../seal.ts";
import { isMetered, isObject, NATIVE_FRAME, NESTING_MAX } from "./limits.ts";
import { replaceMethods } from "./replace.ts";

const { parse } = JSON;
const { isArray } = Array;
const { keys: keysOf } = Object;
const { apply, defineProperty, deleteProperty } = Reflect;
const { charCodeAt } = String.prototype;
const NativeString = String;

type Holder = Record<PropertyKey, unknown>;
type Reviver = (this: unknown, key: string, value: unknown) => unknown;

/** Replaces `JSON.parse`: charged by the text's length, and bounded in how deep what it returns may nest. */
export const installJsonParse = (): void =>
  replaceMethods(JSON, {
    parse(text: unknown, reviver?: unknown): unknown {
      const source = `${text as string}`;
      if (isMetered()) {
        charge(source.length);
        allocate(8 * source.length);
        checkNesting(source);
      }
      const value = parsed(source);
      return typeof reviver === "function" ? revived({ "": value }, "", reviver as Reviver, 0) : value;
    },
  });

const parsed = (source: string): unknown => {
  try {
    return parse(source);
  } catch {
    // The engine's own wording differs between versions.
    throw new SyntaxError("not JSON");
  }
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

// A bracket differs from a brace by 0x20: `[` 5b, `]` 5d, `{` 7b, `}` 7d.
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** Reads no more than which brackets are open. @throws SyntaxError */
const checkNesting = (source: string): void => {
  let depth = 0;
  let inText = false;
  for (let index = 0; index < source.length; index++) {
    const code = apply(charCodeAt, source, [index]);
    if (inText) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inText = false;
    } else if (code === QUOTE) inText = true;
    else if ((code | 0x20) === OPENING) {
      if (++depth > NESTING_MAX) throw new SyntaxError(`JSON that nests beyond ${NESTING_MAX}`);
    } else if ((code | 0x20) === CLOSING) depth--;
  }
};

/** Returns a value as a reviver leaves it, its parts first. The reviver may put anything into what is yet to be visited. */
const revived = (holder: Holder, key: string, reviver: Reviver, depth: number): unknown => {
  charge(1);
  if (depth > NESTING_MAX) throw new RangeError(`JSON that nests beyond ${NESTING_MAX}`);
  const value = holder[key];
  enter(NATIVE_FRAME);
  try {
    if (isArray(value)) {
      const { length } = value;
      charge(length);
      for (let index = 0; index < length; index++)
        revive(value as unknown as Holder, NativeString(index), reviver, depth);
    } else if (isObject(value)) {
      const keys = keysOf(value);
      charge(keys.length);
      for (let index = 0; index < keys.length; index++) revive(value as Holder, keys[index]!, reviver, depth);
    }
    return apply(reviver, holder, [key, value]);
  } finally {
    leave(NATIVE_FRAME);
  }
};

const revive = (holder: Holder, key: string, reviver: Reviver, depth: number): void => {
  // The reviver may have put an object of the module's there.
  guardChange(holder);
  const value = revived(holder, key, reviver, depth + 1);
  if (value === undefined) deleteProperty(holder, key);
  else defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
};
