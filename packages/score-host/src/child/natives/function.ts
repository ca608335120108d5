import { allocate, enter, leave } from "../meter.ts";
import { keepValue } from "../seal.ts";
import { ARGUMENTS_MAX, boundedText, elementsOf, isMetered, NATIVE_FRAME } from "./limits.ts";
import { replaceMethods } from "./replace.ts";

const { prototype } = Function;
const { getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;
const { bind } = prototype;
const functionToString = prototype.toString;
const { endsWith } = String.prototype;
const { get: getLinks, set: setLinks } = WeakMap.prototype;

type Callable = (...args: unknown[]) => unknown;

/** How many functions a bound one calls through, and with how many arguments of its own. */
type Links = { readonly functions: number; readonly args: number };

const BOUND_MAX = 64;

/** What a bound function takes beside a plain one. */
const BOUND_BYTES = 112;
const bound = new WeakMap<Callable, Links>();

/** Replaces what runs other functions natively. The native stack holds each link and each argument. */
export const installFunction = (): void =>
  replaceMethods(prototype, {
    apply(this: Callable, self: unknown, list?: unknown): unknown {
      const args = list === undefined || list === null ? [] : elementsOf(list, ARGUMENTS_MAX);
      enter(NATIVE_FRAME);
      try {
        return apply(this, self, args);
      } finally {
        leave(NATIVE_FRAME);
      }
    },

    bind(this: Callable, ...args: [unknown, ...unknown[]]): Callable {
      const inner = apply(getLinks, bound, [this]) as Links | undefined;
      const links = { functions: (inner?.functions ?? 0) + 1, args: (inner?.args ?? 0) + args.length };
      if (isMetered() && (links.functions > BOUND_MAX || links.args > ARGUMENTS_MAX))
        throw new RangeError(
          `a function is bound at most ${BOUND_MAX} times and to ${ARGUMENTS_MAX} arguments`,
        );
      for (const arg of args) keepValue(arg);
      keepValue(this);
      allocate(BOUND_BYTES);
      const made = apply(bind, this, args) as Callable;
      boundedText(made.name);
      apply(setLinks, bound, [made, links]);
      return made;
    },
  });

/**
 * Replaces `Function.prototype.toString`, before SES wraps it: what a contract's function says of itself is not its text,
 * which carries what counts its steps, but the same for all.
 */
export const installFunctionText = (): void =>
  replaceMethods(prototype, {
    toString(this: Callable): string {
      const source = apply(functionToString, this, []);
      const body = apply(endsWith, source, [NATIVE]) ? NATIVE : SOURCE;
      const name: unknown = getOwnPropertyDescriptor(this, "name")?.value;
      return boundedText(`function ${typeof name === "string" ? name : ""}${body}`);
    },
  });

const NATIVE = "() { [native code] }";
const SOURCE = "() { [source] }";
