import { type Token, tokTypes } from "acorn";

/**
 * How far the parser, this process's walks of the tree and the engine may go down into an expression: tokens that can nest
 * without an end between them, over all brackets that are open. It keeps the recursion of all of them far from the end of
 * the stack, which lies elsewhere on every machine.
 */
const NESTING_MAX = 2_000;

/** How much of a text there may be: to load it takes about a second for as much. */
const TOKENS_MAX = 250_000;

const OPENING: ReadonlySet<unknown> = new Set([
  tokTypes.braceL,
  tokTypes.dollarBraceL,
  tokTypes.parenL,
  tokTypes.bracketL,
]);
const CLOSING: ReadonlySet<unknown> = new Set([tokTypes.braceR, tokTypes.parenR, tokTypes.bracketR]);
/** After these, what follows is not nested in what went before. */
const SEPARATING: ReadonlySet<unknown> = new Set([tokTypes.semi, tokTypes.comma]);
/** What goes on with a statement whose block has just ended. */
const CONTINUING: ReadonlySet<unknown> = new Set([tokTypes._else]);

/** Returns a listener to the parser's tokens that calls `refuse` with the place where the text nests too deep. */
export const nestingGuard = (refuse: (at: number, reason: string) => never): ((token: Token) => void) => {
  /** Per open bracket, the tokens since the last separator; the last one is the innermost. */
  const runs: number[] = [0];
  let total = 0;
  let hasBlockEnded = false;

  const reset = (): void => {
    total -= runs[runs.length - 1] as number;
    runs[runs.length - 1] = 0;
  };

  let tokens = 0;
  return ({ type, start }) => {
    if (++tokens > TOKENS_MAX) refuse(start, `a text of more than ${TOKENS_MAX} tokens`);
    if (hasBlockEnded && !CONTINUING.has(type)) reset();
    hasBlockEnded = false;
    if (CLOSING.has(type)) {
      if (runs.length > 1) total -= runs.pop() as number;
      hasBlockEnded = type === tokTypes.braceR;
      return;
    }
    if (SEPARATING.has(type)) {
      reset();
      return;
    }
    runs[runs.length - 1] = (runs[runs.length - 1] as number) + 1;
    total++;
    if (OPENING.has(type)) runs.push(0);
    if (total > NESTING_MAX) refuse(start, `an expression of more than ${NESTING_MAX} parts; take it apart`);
  };
};
