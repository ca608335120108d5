import { BASELINE, GLOBALS } from "../child/baseline.ts";
import type { Random } from "./random.ts";

/** The kind of expression whose values have these methods. */
const RECEIVERS: Readonly<Record<string, string>> = {
  "Object.prototype": "object",
  "Array.prototype": "array",
  "Number.prototype": "number",
  "Boolean.prototype": "boolean",
  "String.prototype": "string",
  "Symbol.prototype": "symbol",
  "Date.prototype": "date",
  "RegExp.prototype": "regexp",
  "BigInt.prototype": "bigint",
  "Map.prototype": "map",
  "Set.prototype": "set",
  "%ArrayIteratorPrototype%": "iterator",
};

const ARGUMENTS = [
  ...[
    "<any>",
    "<any>",
    "<any>",
    "<index>",
    "<integer>",
    "<number>",
    "<string>",
    "<array>",
    "<object>",
    "<callback>",
  ],
  ...["<regexp>", "<key>", "<compare>", "<boolean>"],
];

const PATHS = Object.keys(BASELINE).filter(
  (path) => path !== "%IteratorPrototype%" && !path.startsWith("Promise"),
);

/** A use of one of all natives that contracts have, as an expression's form: well called, or on anything. */
export const nativeForm = (random: Random): string => {
  const given = (): string => random.pick(ARGUMENTS);
  const some = (): string => Array.from({ length: random.below(4) }, given).join(", ");
  if (random.percent(5)) return `${random.pick(GLOBALS)}(${some()})`;
  if (random.percent(3)) return `new ${random.pick(GLOBALS)}(${some()})`;
  const path = random.pick(PATHS);
  const name = random.pick((BASELINE[path] as string).split(" "));
  const receiver = RECEIVERS[path];
  if (receiver !== undefined && random.percent(70))
    return random.percent(85) ? `<${receiver}>.${name}(${some()})` : `<${receiver}>.${name}`;
  const native = path.startsWith("%") ? `[].values().${name}` : `${path}.${name}`;
  if (receiver === undefined && random.percent(80)) return `${native}(${some()})`;
  return `Reflect.apply(${native}, <any>, [${some()}])`;
};
