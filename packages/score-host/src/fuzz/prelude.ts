/** What the text of every generated contract begins with. */

/** Shows any value as a text in which any difference would show: types, keys and their order, -0, what throws. */
const SHOW = `
const show = (value, depth = 0) => {
  switch (typeof value) {
    case "string": return JSON.stringify(value.length > 300 ? value.slice(0, 300) + value.length : value);
    case "number": return Object.is(value, -0) ? "-0" : String(value);
    case "bigint": return value.toString(16).slice(0, 100) + "n";
    case "symbol": return value.toString();
    case "object": case "function": return value === null ? "null" : showObject(value, depth);
    default: return String(value);
  }
};
const showObject = (value, depth) => {
  if (depth > 2) return "deep";
  const parts = [];
  const attempt = (run) => { try { parts.push(run()); } catch (thrown) { parts.push("!" + showThrown(thrown)); } };
  attempt(() => Object.prototype.toString.call(value) + (Array.isArray(value) ? value.length : ""));
  attempt(() => typeof value === "function" ? show(value.name) + value.length : "");
  attempt(() => { const made = Object.getPrototypeOf(value)?.constructor; return typeof made === "function" ? show(made.name) : ""; });
  if (value instanceof Map || value instanceof Set)
    attempt(() => [...value].slice(0, 12).map((each) => show(each, depth + 1)).join());
  if (value instanceof Date) attempt(() => show(value.getTime()));
  if (value instanceof RegExp) attempt(() => value.source + "/" + value.flags + value.lastIndex);
  for (const key of Reflect.ownKeys(value).slice(0, 16)) {
    const { get, set, value: held, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(value, key);
    const marks = (writable ? "w" : "") + (enumerable ? "e" : "") + (configurable ? "c" : "") + (get ? "g" : "") + (set ? "s" : "");
    attempt(() => String(key) + marks + ":" + show(get ? value[key] : held, depth + 1));
  }
  return "{" + parts.join(" ") + "}";
};
const showThrown = (thrown) =>
  thrown instanceof Error ? String(thrown.name) + ":" + String(thrown.message).slice(0, 200) : typeof thrown;`;

/** The classes and functions that expressions name, and what modules keep. */
const SHARED = `
let tally = 0, steps = 0, moduleTally = 0;
const moduleNotes = [], moduleMap = new Map();
class Odd extends Error { get name() { return "Odd" + this.message.length; } }
class Point {
  x = 0; #y;
  static made = 0;
  static of(...given) { Point.made++; return new this(...given); }
  constructor(x, y) { this.x = x; this.#y = y; }
  get y() { return this.#y; }
  set y(to) { this.#y = to; }
  plus(other) { return new Point(this.x + other.x, other instanceof Point ? other.#y : this.#y); }
  valueOf() { return Number(this.x); }
  get [Symbol.toStringTag]() { return "Point"; }
}
class Point3 extends Point {
  z = super.y;
  constructor(x, y, z) { super(x, y); this.z ??= z; }
  plus(other) { const sum = super.plus(other); return Object.assign(sum, { z: this.z }); }
}
const countdown = (from) => ({
  [Symbol.iterator]() { return this; },
  next: () => (from-- > 0 ? { value: from, done: false } : { value: undefined, done: true }),
  return(value) { tally += 3; return { value, done: true }; },
});
const tag = ({ raw, length }, ...values) => raw.join("|") + length + values.length;
const plain = (value) => {
  try { return JSON.parse(JSON.stringify(value) ?? "null"); } catch { return "not plain"; }
};`;

export const PRELUDE = `${SHOW}${SHARED}\n`;

/** What follows the SDK's own text, where a contract has it. */
export const SDK_PRELUDE = `
const rows = (state) => sdk.indexed(state, "r", {
  by: { owner: (row) => row.owner, tag: (row) => row.tags },
  unique: { number: (row) => row.number },
});
const checked = sdk.method({
  params: {
    id: schema.text({ max: 20, pattern: /^[a-z0-9]*$/u }),
    count: schema.integer({ min: 0, max: 100 }),
    lines: schema.list(schema.object({ amount: schema.amount({ min: 1n }), note: schema.optional(schema.text()) })),
    how: schema.oneOf(["a", "b"]),
    price: schema.optional(schema.decimal({ scale: 2 })),
  },
  run: (ctx, given) => Object.keys(given).length,
});
`;
