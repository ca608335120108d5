/**
 * Errors as a contract sees them: without a stack, and without the wording of an engine, which changes with its version.
 * Those that a program makes come from the constructors here, which remember them; all others are the engine's own.
 */
import { types } from "node:util";
import { allocate, charge } from "../meter.ts";
import { framesMax, noteMade, noteThrown } from "../trace.ts";
import { boundedText } from "./limits.ts";
import { replaceConstructor, replaceMethods } from "./replace.ts";

const { apply, construct, defineProperty, deleteProperty, getPrototypeOf } = Reflect;
const { isNativeError } = types;
const { add, has } = WeakSet.prototype;
const { get } = Map.prototype;
const errorToString = Error.prototype.toString;
const NativeError = Error;

/** What an error takes: without its stack, its properties are in a table. */
const ERROR_BYTES = 448;

/** The errors whose message is not, or no longer, the engine's. */
const worded = new WeakSet<object>();

const WORDING = new Map<unknown, string>([
  [Error.prototype, "an operation failed"],
  [EvalError.prototype, "no text is run as a program"],
  [RangeError.prototype, "a value is out of the range that an operation takes"],
  [ReferenceError.prototype, "a variable does not exist or has no value yet"],
  [SyntaxError.prototype, "a text is not of the form that an operation takes"],
  [TypeError.prototype, "a value is not of the kind that an operation takes"],
  [URIError.prototype, "a text is no URI"],
]);

/**
 * Replaces the constructors of errors, before SES takes its references to them: it makes an `Error` of its own from ours,
 * and knows the others when it locks down.
 */
export const installError = (): void => {
  for (const name of [
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
  ] as const)
    replaceErrorConstructor(name);
  replaceErrorConstructor("AggregateError", countErrors);
  replaceErrorConstructor("Error");
  // SES asks for these of the Error that it finds. The engine asks its own constructor how
  // deep to capture stacks: not at all, unless they are traced.
  NativeError.stackTraceLimit = framesMax();
  for (const name of ["captureStackTrace", "stackTraceLimit", "prepareStackTrace", "isError"])
    deleteProperty(Error, name);
  replaceMethods(NativeError.prototype, {
    toString(this: unknown): string {
      return boundedText(apply(errorToString, this as Error, []));
    },
  });
};

/** SES looks at a stack while it loads; nobody does after that. */
let withoutStack = false;

export const dropStacks = (): void => {
  withoutStack = true;
};

const replaceErrorConstructor = (name: string, prepare = (args: []): [] => args): void => {
  const native = (globalThis as unknown as Record<string, new () => object>)[name]!;
  replaceConstructor(name, function made(this: unknown, ...args: []): object {
    const target = new.target ?? made;
    const given = prepare(args);
    allocate(ERROR_BYTES);
    // Engines are slow to make an error for another constructor than their own, which only a class of its own needs.
    const error =
      target.prototype === native.prototype ? construct(native, given) : construct(native, given, target);
    noteMade(error, target);
    if (withoutStack) deleteProperty(error, "stack");
    apply(add, worded, [error]);
    return error;
  });
};

/** Reads the errors of an AggregateError in a loop that counts them: holes of an array cost as much as elements. */
const countErrors = (args: readonly unknown[]): [] => {
  const errors: unknown[] = [];
  let count = 0;
  for (const error of args[0] as Iterable<unknown>) {
    charge(1);
    allocate(8);
    errors[count++] = error;
  }
  return [errors, args[1], args[2]] as unknown as [];
};

/** Whether an error is the engine's, as it threw it: not made by a program, nor handed to one. */
export const isEngines = (error: object): boolean => isNativeError(error) && !apply(has, worded, [error]);

/**
 * Returns what a contract's `catch` receives, with a fixed wording if the engine made it. Instrumented text calls this at
 * the start of every such clause.
 */
export const caught = (thrown: unknown): unknown => {
  if (typeof thrown !== "object" || thrown === null) return thrown;
  if (!isNativeError(thrown) || apply(has, worded, [thrown])) return thrown;
  const value: unknown = apply(get, WORDING, [getPrototypeOf(thrown)]);
  // An engine makes no other kinds: this one is of a class of the host's, made before the constructors were replaced.
  if (value === undefined) return thrown;
  allocate(ERROR_BYTES);
  noteThrown(thrown);
  deleteProperty(thrown, "stack");
  defineProperty(thrown, "message", { value, writable: true, enumerable: false, configurable: true });
  apply(add, worded, [thrown]);
  return thrown;
};
