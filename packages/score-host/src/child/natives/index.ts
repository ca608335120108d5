/**
 * The natives of the contract's realm, made to cost what they are charged and to answer alike on every engine. What is
 * done with which is in decisions.ts.
 */
import { arrayChange } from "./array-change.ts";
import { installArrayConstructor } from "./array-constructor.ts";
import { arrayIteration } from "./array-iteration.ts";
import { arraySearch } from "./array-search.ts";
import { arraySort } from "./array-sort.ts";
import { arrayText } from "./array-text.ts";
import { installCollection } from "./collection.ts";
import { installDate } from "./date.ts";
import { dropStacks, installError } from "./error.ts";
import { installFunction, installFunctionText } from "./function.ts";
import { installGuarded } from "./guarded.ts";
import { installJsonParse } from "./json-parse.ts";
import { installJsonStringify } from "./json-stringify.ts";
import { installNumber } from "./number.ts";
import { installObject } from "./object.ts";
import { replaceMethods } from "./replace.ts";
import { installString } from "./string.ts";
import { installSymbol } from "./symbol.ts";
import { installUri } from "./uri.ts";

export { caught } from "./error.ts";
export { boundedPrototype, checkPut } from "./limits.ts";

/** Replaces the natives that SES builds its own on. To be called before SES is loaded. */
export const installFoundations = (): void => {
  installDate();
  installError();
  installFunctionText();
};

/** Replaces all others. To be called once the realm is cut to its baseline and before SES locks it down. */
export const installNatives = (): void => {
  dropStacks();
  for (const methods of [arrayIteration, arraySearch, arraySort, arrayText, arrayChange])
    replaceMethods(Array.prototype, methods);
  installArrayConstructor();
  installString();
  installObject();
  installFunction();
  installNumber();
  installCollection();
  installJsonParse();
  installJsonStringify();
  installUri();
  installSymbol();
  installGuarded();
};
