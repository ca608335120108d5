/** A contract that lists all that its realm holds: every native, with its attributes, name and length. */
export const CENSUS = {
  name: "census",
  version: "1.0.0",
  source: `
const seen = [], lines = [];
const visit = (path, value) => {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.includes(value)) return;
  seen.push(value);
  lines.push(path + " " + typeof value + Object.isFrozen(value) + Object.isExtensible(value) + Object.prototype.toString.call(value));
  visit(path + ".__proto__", Object.getPrototypeOf(value));
  const keys = Reflect.ownKeys(value);
  for (const key of keys) {
    const of = Object.getOwnPropertyDescriptor(value, key);
    const at = path + "." + String(key);
    const shown = ["string", "number", "boolean", "bigint"].includes(typeof of.value) ? String(of.value) : typeof of.value;
    lines.push(at + " " + of.writable + of.enumerable + of.configurable + typeof of.get + typeof of.set + " " + shown);
    visit(at, of.value); visit(at + "<get>", of.get); visit(at + "<set>", of.set);
  }
};
module.exports.default = {
  abi: 1, name: "census", version: "1.0.0",
  invoke: {
    natives(ctx) {
      visit("globalThis", globalThis);
      visit("arrow", () => 1); visit("method", { m() {} }.m); visit("function", function f(a, b = 1) {});
      visit("class", class C { static s = 1; static #p = 2; get g() { return 1; } }); visit("bound", (() => 1).bind(null));
      visit("arguments", (function () { return arguments; })(1, 2)); visit("iterator", [].values()); visit("map", new Map().entries());
      visit("set", new Set().values()); visit("string", ""[Symbol.iterator]()); visit("matches", "a".matchAll(/a/g));
      visit("match", /(?<n>a)/d.exec("a")); visit("error", new Error("e", { cause: 1 })); visit("aggregate", new AggregateError([1]));
      visit("template", ((t) => t)\`a\${1}b\`); visit("boxed", Object("text")); visit("context", ctx);
      try { null.x; } catch (thrown) { visit("thrown", thrown); }
      for (let at = 0; at < lines.length; at += 40) ctx.state.set("lines/" + at, lines.slice(at, at + 40));
      return lines.length;
    },
  },
  query: {},
};`,
};

/** The SCORE that is told of activations (specs/score-store.md), as small as it can be. */
export const STORE = {
  name: "score-store",
  version: "1.0.0",
  source: `module.exports.default = { abi: 1, name: "score-store", version: "1.0.0", query: {}, invoke: {
    applied(ctx, params) {
      const count = (ctx.state.get("count") ?? 0) + 1;
      ctx.state.set("count", count);
      ctx.state.set("applied/" + count, params);
      ctx.emit("applied", params);
    },
  } };`,
};
