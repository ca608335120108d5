/**
 * Rewrites a contract's text so that it counts what it costs. Each function, loop and larger branch charges the nodes of
 * its own syntax tree and the memory of its literals when it is entered; functions also count their depth on the stack.
 * Operations whose price depends on their operands go through the helpers of runtime.ts. Since the text is all that
 * decides where charges stand, the same call charges the same everywhere.
 *
 * The text keeps its lines, so that a place in it is a place in the original. Refused, with the place: syntax newer than
 * ECMAScript 2022, and what could not be counted or must not run: async functions, generators, `import()`, `with`, names
 * that begin like the helpers' own.
 */
import { type Node, parse, SyntaxRefusal } from "./parse.ts";
import { scopesOf } from "./scope.ts";
import { Writer } from "./writer.ts";

export { SyntaxRefusal };

/** How the helpers are named in the text: `dure$` and the key of the runtime's record. */
export const HELPER_PREFIX = "dure$";

/** What stands before the text of a module, where that is compiled as the body of a function. */
export const MODULE_HEAD = "return function (module, exports) {";

/** An instrumented text. `isTold`: whether it tells of all that its functions keep (scope.ts). */
export type Instrumented = { readonly text: string; readonly isTold: boolean };

/** Returns the instrumented text of a module that is written as a function's body. @throws SyntaxRefusal */
export const instrument = (source: string): Instrumented => {
  const program: Node = parse(source);
  const scopes = scopesOf(program);
  return { text: new Writer(source, scopes).module(program), isTold: scopes.isTold };
};
