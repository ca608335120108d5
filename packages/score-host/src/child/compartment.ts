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
 * The text goes through the compartment's Function constructor, not through a template: it must parse as a
 * function body by itself, so that it cannot close the function that surrounds it.
 *
 * @throws SyntaxError for a text that does not parse, or that SES refuses (`import()`, HTML comments).
 */
export const compile = (source: string): Factory => {
  const { globalThis: globals } = new Compartment({ __options__: true });
  const factory = new globals.Function("module", "exports", source) as Factory;
  for (const name of Object.getOwnPropertyNames(globals)) if (!GLOBALS.includes(name)) delete globals[name];
  // A contract runs no code from text. What every function has as its constructor already throws.
  globals.Function = compile.constructor as never;
  globals.console = SILENT;
  Object.freeze(globals);
  return factory;
};

/** A left-behind console.log must not turn a method into a ReferenceError; it does nothing. */
const SILENT = Object.freeze(
  Object.fromEntries(
    ["debug", "error", "info", "log", "warn"].map((name) => [name, Object.freeze((): void => {})]),
  ),
);
