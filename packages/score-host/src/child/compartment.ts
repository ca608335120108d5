import type { ScoreSource } from "../outcome.ts";
import { GLOBALS } from "./baseline.ts";
import { HELPER_PREFIX, instrument, MODULE_HEAD } from "./instrument/instrument.ts";
import { HELPERS } from "./instrument/runtime.ts";
import { ContractRegExp } from "./regexp/install.ts";
import { traceName } from "./trace.ts";

declare const Compartment: new (options: Record<string, unknown>) => { readonly globalThis: Globals };
type Globals = Record<string, unknown> & { Function: new (...text: string[]) => unknown };

/** Runs the contract's module once, into `module.exports`. */
type Factory = (module: { exports: unknown }, exports: unknown) => void;

/** `isTold`: whether the text tells of all that its functions keep (instrument/scope.ts). */
type Compiled = { readonly factory: Factory; readonly isTold: boolean };

/**
 * Returns the compiled module of a SCORE's source: a function that evaluates it, in a compartment of its own
 * with the globals of the baseline, all frozen. The text is compiled once; calling the function anew gives
 * new module variables, which is how no call sees what another left behind.
 *
 * The text runs instrumented. That it parsed as a function's body by itself also means that it cannot close the function
 * that surrounds it.
 *
 * @throws SyntaxRefusal; SyntaxError for what SES refuses (HTML comments).
 */
const compileText = ({ name, version, source }: ScoreSource): Compiled => {
  const { globalThis: globals } = new Compartment({ __options__: true });
  const { text, isTold } = instrument(source);
  // The lockdown put the engine's own there.
  globals.RegExp = ContractRegExp;
  // Globals by parameters: through the compartment's scope every mention of one would be a slow look-up.
  const names = GLOBALS.filter((global) => Object.hasOwn(globals, global) && !FIXED.has(global));
  const helpers = Object.keys(HELPERS);
  const parameters = [...helpers.map((name) => HELPER_PREFIX + name), ...names];
  const body = `${MODULE_HEAD}${text}\n};${traceName(name, version)}`;
  const wrap = new globals.Function(...parameters, body);
  for (const name of Object.getOwnPropertyNames(globals)) if (!GLOBALS.includes(name)) delete globals[name];
  // A contract runs no code from text. What every function has as its constructor already throws.
  globals.Function = compileText.constructor as never;
  globals.console = SILENT;
  Object.freeze(globals);
  const factory = (wrap as (...values: unknown[]) => Factory)(
    ...helpers.map((name) => HELPERS[name]),
    ...names.map((name) => globals[name]),
  );
  return { factory, isTold };
};

const TEXTS_MAX = 32;
/** What was compiled, by the text; undefined where nothing is kept. */
let known: Map<string, Compiled> | undefined;

/** From now on texts stay compiled, for the next time that they are loaded: tests load the same ones over and over. */
export const keepTexts = (): void => {
  known = new Map();
};

/** Returns the compiled module of a SCORE's source. @throws as compileText does */
export const compile = (source: ScoreSource): Compiled => {
  const key = `${source.name}@${source.version}\n${source.source}`;
  const compiled = known?.get(key) ?? compileText(source);
  if (known !== undefined && known.size >= TEXTS_MAX) known.clear();
  known?.set(key, compiled);
  return compiled;
};

/** Names that no parameter may have, or that lead nowhere else than to themselves. */
const FIXED: ReadonlySet<string> = new Set(["undefined", "NaN", "Infinity", "globalThis"]);

/** A left-behind console.log must not turn a method into a ReferenceError; it does nothing. */
const SILENT = Object.freeze(
  Object.fromEntries(
    ["debug", "error", "info", "log", "warn"].map((name) => [name, Object.freeze((): void => {})]),
  ),
);
