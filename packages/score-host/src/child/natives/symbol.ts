import { boundedText } from "./limits.ts";
import { replaceMethods } from "./replace.ts";

const { apply } = Reflect;
const symbolToString = Symbol.prototype.toString;

/** Replaces what makes a text of a symbol. `Symbol.for` is not in the baseline: what it registers outlives a call. */
export const installSymbol = (): void =>
  replaceMethods(Symbol.prototype, {
    toString(this: symbol): string {
      return boundedText(apply(symbolToString, this, []));
    },
  });
