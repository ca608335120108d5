/**
 * The realm of a contract: which string-named properties each intrinsic keeps. It is what Node 20 has, the
 * oldest engine that runs a peer, less whatever differs between engines, machines or moments: locales,
 * Unicode normalisation (its tables grow), transcendental functions (engines round them differently),
 * clocks, randomness, the time zone, and what outlives a call (the registry of symbols). Newer engines add methods; those are removed at start, so that no
 * contract can tell on which Node it runs. A line may be added only with a new version of the host's rules.
 */
export const BASELINE: Readonly<Record<string, string>> = {
  Object:
    "assign create defineProperties defineProperty entries freeze fromEntries getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames getOwnPropertySymbols getPrototypeOf hasOwn is isExtensible isFrozen isSealed keys length name preventExtensions prototype seal setPrototypeOf values",
  "Object.prototype":
    "__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor hasOwnProperty isPrototypeOf propertyIsEnumerable toString valueOf",
  Array: "from isArray length name of prototype",
  "Array.prototype":
    "at concat constructor copyWithin entries every fill filter find findIndex findLast findLastIndex flat flatMap forEach includes indexOf join keys lastIndexOf length map pop push reduce reduceRight reverse shift slice some sort splice toReversed toSorted toSpliced toString unshift values with",
  Number:
    "EPSILON MAX_SAFE_INTEGER MAX_VALUE MIN_SAFE_INTEGER MIN_VALUE NEGATIVE_INFINITY NaN POSITIVE_INFINITY isFinite isInteger isNaN isSafeInteger length name parseFloat parseInt prototype",
  "Number.prototype": "constructor toExponential toFixed toPrecision toString valueOf",
  Boolean: "length name prototype",
  "Boolean.prototype": "constructor toString valueOf",
  String: "fromCharCode fromCodePoint length name prototype raw",
  "String.prototype":
    "at charAt charCodeAt codePointAt concat constructor endsWith includes indexOf isWellFormed lastIndexOf length match matchAll padEnd padStart repeat replace replaceAll search slice split startsWith substr substring toLowerCase toString toUpperCase toWellFormed trim trimEnd trimLeft trimRight trimStart valueOf",
  Symbol:
    "asyncIterator hasInstance isConcatSpreadable iterator length match matchAll name prototype replace search species split toPrimitive toStringTag unscopables",
  "Symbol.prototype": "constructor description toString valueOf",
  Date: "UTC length name prototype",
  "Date.prototype":
    "constructor getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes getUTCMonth getUTCSeconds getYear setDate setFullYear setHours setMilliseconds setMinutes setMonth setSeconds setTime setUTCDate setUTCFullYear setUTCHours setUTCMilliseconds setUTCMinutes setUTCMonth setUTCSeconds setYear toGMTString toISOString toJSON toUTCString valueOf",
  Promise: "all allSettled any length name prototype race reject resolve",
  "Promise.prototype": "catch constructor finally then",
  RegExp: "length name prototype",
  "RegExp.prototype":
    "constructor dotAll exec flags global hasIndices ignoreCase multiline source sticky test toString unicode unicodeSets",
  BigInt: "asIntN asUintN length name prototype",
  "BigInt.prototype": "constructor toString valueOf",
  Map: "length name prototype",
  "Map.prototype": "clear constructor delete entries forEach get has keys set size values",
  Set: "length name prototype",
  "Set.prototype": "add clear constructor delete entries forEach has keys size values",
  WeakMap: "length name prototype",
  "WeakMap.prototype": "constructor delete get has set",
  WeakSet: "length name prototype",
  "WeakSet.prototype": "add constructor delete has",
  Math: "E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2 abs ceil clz32 floor fround imul max min round sign sqrt trunc",
  JSON: "parse stringify",
  Reflect:
    "apply construct defineProperty deleteProperty get getOwnPropertyDescriptor getPrototypeOf has isExtensible ownKeys preventExtensions set setPrototypeOf",
  "%ArrayIteratorPrototype%": "next",
  "%IteratorPrototype%": "",
};

/** The names that a contract's global object keeps. Not listed: whatever runs code, waits, or holds raw memory. */
export const GLOBALS: readonly string[] = (
  "Infinity NaN undefined globalThis isFinite isNaN parseFloat parseInt " +
  "decodeURI decodeURIComponent encodeURI encodeURIComponent " +
  "Object Function Array Boolean Number BigInt String Symbol Date RegExp Map Set WeakMap WeakSet " +
  "JSON Math Reflect Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError"
).split(" ");
