/**
 * What is done with each native of the baseline, and why it may stay if it does. A line of the baseline without a
 * decision fails a test.
 *
 * - `free`: the engine's own. It costs no more than a step does, whatever it is given; or what it reads was paid for when
 *   it was made, as with the characters of a text.
 * - `charged`: the engine's own behind a charge, by what it reads or makes; where that may be much more than was there
 *   before, the charge comes first, and there is a bound.
 * - `guarded`: the engine's own, which gives the call up where it would change what the module keeps (../seal.ts).
 * - `own`: written out in this folder, since the engine's could not be counted, or engines differ.
 * - `patterns`: replaced together with regular expressions and the case of letters, elsewhere.
 */
export type Decision = "free" | "guarded" | "charged" | "own" | "patterns";

type Decisions = Readonly<Partial<Record<Decision, string>>>;

/** What every constructor has. */
const FUNCTION = "length name prototype";

export const DECISIONS: Readonly<Record<string, Decisions>> = {
  Object: {
    free: `getPrototypeOf hasOwn is ${FUNCTION}`,
    guarded: "getOwnPropertyDescriptor isExtensible",
    charged:
      "defineProperty entries freeze getOwnPropertyDescriptors getOwnPropertyNames getOwnPropertySymbols isFrozen isSealed keys preventExtensions seal setPrototypeOf values",
    own: "assign create defineProperties fromEntries",
  },
  "Object.prototype": {
    free: "__lookupGetter__ __lookupSetter__ constructor hasOwnProperty isPrototypeOf propertyIsEnumerable valueOf",
    guarded: "__defineGetter__ __defineSetter__",
    charged: "__proto__ toString",
  },
  Array: { free: `isArray ${FUNCTION}`, own: "from of" },
  "Array.prototype": {
    free: "at entries keys length values",
    guarded: "pop",
    charged: "copyWithin fill push reverse shift toReversed toSpliced unshift with",
    own: "concat constructor every filter find findIndex findLast findLastIndex flat flatMap forEach includes indexOf join lastIndexOf map reduce reduceRight slice some sort splice toSorted toString",
  },
  Number: {
    free: `EPSILON MAX_SAFE_INTEGER MAX_VALUE MIN_SAFE_INTEGER MIN_VALUE NEGATIVE_INFINITY NaN POSITIVE_INFINITY isFinite isInteger isNaN isSafeInteger ${FUNCTION}`,
    charged: "parseFloat parseInt",
  },
  "Number.prototype": { free: "toExponential toFixed toPrecision valueOf", charged: "constructor toString" },
  Boolean: { free: FUNCTION },
  "Boolean.prototype": { free: "constructor toString valueOf" },
  String: { free: FUNCTION, charged: "fromCharCode fromCodePoint", own: "raw" },
  "String.prototype": {
    free: "at charAt charCodeAt codePointAt length toString valueOf",
    charged:
      "constructor endsWith includes indexOf isWellFormed lastIndexOf padEnd padStart repeat slice startsWith substr substring toWellFormed trim trimEnd trimLeft trimRight trimStart",
    own: "concat",
    patterns: "match matchAll replace replaceAll search split toLowerCase toUpperCase",
  },
  Symbol: {
    free: `asyncIterator hasInstance isConcatSpreadable iterator match matchAll replace search species split toPrimitive toStringTag unscopables ${FUNCTION}`,
  },
  "Symbol.prototype": { free: "constructor description valueOf", charged: "toString" },
  Date: { free: `UTC ${FUNCTION}` },
  // Its constructor reads texts of one form only; it is replaced before SES makes its own of it. No method knows a zone.
  "Date.prototype": {
    own: "constructor getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getYear",
    guarded:
      "setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setTime setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes setUTCMonth setUTCSeconds setYear",
    free: "getTime getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds toGMTString toISOString toJSON toUTCString valueOf",
  },
  // Nothing that waits is ever run, and no contract has a promise to wait for.
  Promise: { free: `all allSettled any race reject resolve ${FUNCTION}` },
  "Promise.prototype": { free: "catch constructor finally then" },
  RegExp: { free: FUNCTION },
  "RegExp.prototype": {
    patterns:
      "constructor dotAll exec flags global hasIndices ignoreCase multiline source sticky test toString unicode unicodeSets",
  },
  BigInt: { free: FUNCTION, charged: "asIntN asUintN" },
  "BigInt.prototype": { free: "valueOf", charged: "constructor toString" },
  Map: { free: FUNCTION },
  "Map.prototype": {
    guarded: "clear",
    free: "entries keys size values",
    charged: "delete get has set",
    own: "constructor forEach",
  },
  Set: { free: FUNCTION },
  "Set.prototype": {
    guarded: "clear",
    free: "entries keys size values",
    charged: "add delete has",
    own: "constructor forEach",
  },
  WeakMap: { free: FUNCTION },
  "WeakMap.prototype": { free: "get has", guarded: "delete", charged: "set", own: "constructor" },
  WeakSet: { free: FUNCTION },
  "WeakSet.prototype": { free: "has", guarded: "delete", charged: "add", own: "constructor" },
  Math: {
    free: "E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs ceil clz32 floor fround imul max min round sign sqrt trunc",
  },
  JSON: { charged: "parse", own: "stringify" },
  Reflect: {
    free: "get getPrototypeOf has",
    guarded: "deleteProperty getOwnPropertyDescriptor isExtensible",
    charged: "apply construct defineProperty ownKeys preventExtensions set setPrototypeOf",
  },
  "%ArrayIteratorPrototype%": { free: "next" },
  "%IteratorPrototype%": {},
};
