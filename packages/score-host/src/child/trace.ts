/**
 * Where errors come from, for authors: the engine's stack, as text. A peer never turns this on, since nobody there reads a
 * stack, and capturing one costs more than the refusal that it belongs to. What is captured stays here, out of a
 * contract's reach; traced or not, a contract sees the same and is charged the same.
 */
import { types } from "node:util";

const { captureStackTrace } = Error;
const { apply, getOwnPropertyDescriptor } = Reflect;
const { get, has, set } = WeakMap.prototype;
const { slice } = String.prototype;
const { isNativeError } = types;

/** How many calls of the stack are kept; the author's are below those of the SDK and of natives. */
const FRAMES_MAX = 100;
const TRACE_CHARS_MAX = 32 * 1024;

/** An object with the engine's `stack`, which is written out when it is first read. */
type Trace = { readonly stack?: string };

let isTracing = false;
const traces = new WeakMap<object, Trace>();

export const traceErrors = (): void => {
  isTracing = true;
};

/** How deep the engine shall look for itself. */
export const framesMax = (): number => (isTracing ? FRAMES_MAX : 0);

/** Returns the present place, or that where a function that is running was called; undefined if nothing is traced. */
export const placeNow = (called?: object): Trace | undefined => {
  if (!isTracing) return undefined;
  // Not the error's own stack: to write that out, the engine asks the error for its name, which may be the contract's code.
  const trace = {};
  captureStackTrace(trace, called as () => void);
  return trace;
};

/** Remembers where an error is made, with `new` of `made`, as its place. */
export const noteMade = (error: object, made: object): void => {
  const trace = placeNow(made);
  if (trace !== undefined) apply(set, traces, [error, trace]);
};

/** Remembers the place of an error that the engine made and that no contract has touched yet. */
export const noteThrown = (error: object): void => {
  if (isTracing && !apply(has, traces, [error])) apply(set, traces, [error, { stack: ownStack(error) }]);
};

/** Gives an error that stands for another one the place of that. */
export const noteRelayed = (error: object, original: unknown): void => {
  const trace = isTracing ? apply(get, traces, [original]) : undefined;
  if (trace !== undefined) apply(set, traces, [error, trace]);
};

/** Returns where a thrown value came from, empty if that is not known. */
export const traceOf = (thrown: unknown): string => {
  if (!isTracing || typeof thrown !== "object" || thrown === null) return "";
  const noted = apply(get, traces, [thrown]) as Trace | undefined;
  return textOf(noted ?? (isNativeError(thrown) ? { stack: ownStack(thrown) } : undefined));
};

export const textOf = (trace: Trace | undefined): string =>
  apply(slice, trace?.stack ?? "", [0, TRACE_CHARS_MAX]);

const ownStack = (error: object): string => {
  if (getOwnPropertyDescriptor(error, "stack") === undefined) return "";
  const { stack } = error as { readonly stack?: unknown };
  return typeof stack === "string" ? stack : "";
};

/** What names a SCORE's text in traces, to be added to it: `score:` with the SCORE's name and version. */
export const traceName = (name: string, version: string): string =>
  isTracing ? `\n//# sourceURL=score:${name}@${version}` : "";
