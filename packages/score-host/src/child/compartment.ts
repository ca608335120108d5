import { GLOBALS } from "./baseline.ts";

declare const Compartment: new (options: Record<string, unknown>) => { readonly globalThis: Globals };
type Globals = Record<string, unknown> & { Function: new (...text: string[]) => unknown };

/** Runs the contract's module once, into `module.exports`. */
export type Factory = (module: { exports: unknown }, exports: unknown) => void;

/**
 * Returns the compiled module of a SCORE's source: a function that evaluates it, in a compartment of its own
 * with the globals of the baseline, all frozen. The text is compiled once; calling the function anew gives
 * new module variables, which is how no call sees what another left behind.
 *
 * The text goes through the compartment's Function constructor first: it must parse as a function body by
 * itself, so that it cannot close the function that surrounds it.
 *
 * @throws SyntaxError for a text that does not parse, or that SES refuses (`import()`, HTML comments).
 */
export const compile = (source: string): Factory => {
  const { globalThis: globals } = new Compartment({ __options__: true });
  // By itself first: a text that closes the function around it must not get past here.
  new globals.Function("module", "exports", source);
  // Globals by parameters: through the compartment's scope every mention of one would be a slow look-up.
  const names = GLOBALS.filter((name) => Object.hasOwn(globals, name) && !FIXED.has(name));
  const wrap = new globals.Function(...names, `return function (module, exports) {\n${source}\n};`);
  for (const name of Object.getOwnPropertyNames(globals)) if (!GLOBALS.includes(name)) delete globals[name];
  // A contract runs no code from text. What every function has as its constructor already throws.
  globals.Function = compile.constructor as never;
  globals.console = SILENT;
  Object.freeze(globals);
  return (wrap as (...values: unknown[]) => Factory)(...names.map((name) => globals[name]));
};

/** Names that no parameter may have, or that lead nowhere else than to themselves. */
const FIXED: ReadonlySet<string> = new Set(["undefined", "NaN", "Infinity", "globalThis"]);

/** A left-behind console.log must not turn a method into a ReferenceError; it does nothing. */
const SILENT = Object.freeze(
  Object.fromEntries(
    ["debug", "error", "info", "log", "warn"].map((name) => [name, Object.freeze((): void => {})]),
  ),
);
