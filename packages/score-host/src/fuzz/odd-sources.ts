/** Texts that are no contracts, or strange ones, each as the module of a SCORE named `odd`. How each is refused is a receipt. */
export const ODD_NAME = "odd";

const METHODS =
  'abi: 1, name: "odd", version: "1.0.0", invoke: { m0(ctx, params) { return [typeof value, String(value)]; } }, query: {}';
const contract = (module: string): string => `${module}\nmodule.exports.default = { ${METHODS} };`;

export const ODD_SOURCES: readonly string[] = [
  // What the parser refuses.
  ...[
    "async function f() {}",
    "function* g() {}",
    "import('x');",
    "with ({}) {}",
    "let let = 1;",
    "var a; let a;",
    "break;",
  ],
  ...[
    "'use strict'; 010",
    "delete x;",
    "function f(a, a) {}",
    "class A { #p; #p; }",
    "class A { m() { this.#q; } }",
    "super.x;",
  ],
  ...[
    "new.target;",
    "import.meta;",
    "await 1;",
    "yield 1;",
    "#!shebang",
    "<!-- html",
    "x = 1 --> 2",
    "/(/",
    "/a/gg",
    "/\\p{Nope}/u",
  ],
  ...[
    "1_000_;",
    "0b12",
    "'\\08'",
    "`${`",
    "a ? b",
    "({ a = 1 });",
    "for (const x = 1 of []) {}",
    "dure$m.steps = 1e9;",
    "'\u2028';",
  ],
  ...[
    "({ __proto__: 1, __proto__: 2 });",
    "class A extends B { constructor() { super(); } super() {} }",
    "label: label: ;",
    "if (1) function f() {}",
  ],
  ...[
    "const value = /[\\p{L}--[a-z]]/v;",
    "a?.`t`;",
    "async () => {};",
    "for await (const x of y) {}",
    "using x = 1;",
    "enum A {}",
    "}); (() => {",
  ],
  ...[
    "const value = 1n;\n".repeat(3),
    `const value = ${"(".repeat(3_000)}1${")".repeat(3_000)};`,
    `const value = ${"9".repeat(3_000)}n;`,
  ],
  // What does not come to its end.
  ...[
    "null.x;",
    "undefined.y.z;",
    "absent;",
    "const c = 1; c = 2;",
    "(void 0)();",
    "value; let value;",
    "new (class A { constructor() { this.x.y; } })();",
  ],
  ...[
    "[...1];",
    "const { a } = null;",
    "const [b] = {};",
    "throw 1;",
    "throw new Error('own words');",
    "throw new TypeError('own words');",
  ],
  ...[
    "'x'.repeat(-1);",
    "new Array(-1);",
    "BigInt(1.5);",
    "1n + 1;",
    "Symbol() + '';",
    "JSON.parse('{');",
    "new RegExp('(');",
    "({}).x();",
  ],
  ...[
    "Object.defineProperty(Object.freeze({}), 'a', {});",
    "Object.prototype.a = 1;",
    "'a' in 'b';",
    "1 instanceof 1;",
    "class A extends null {} new A();",
  ],
  ...[
    "for (;;);",
    "const deeper = () => deeper(); deeper();",
    "let text = 'x'; for (;;) text += text;",
    "decodeURIComponent('%');",
  ],
  ...[
    "module.exports = 1;",
    "module.exports.default = {};",
    "Object.defineProperty(module.exports, 'default', { get() { throw new TypeError('x'); } });",
  ],
  ...[
    "module.exports.default = { abi: 2 };",
    "module.exports.default = { abi: 1, name: 'other', version: '1.0.0', invoke: {}, query: {} };",
  ],
  // What loads, and shows the engine's tables of characters, or the depth of its parser.
  ...[
    "const value = '\\u{2ebf0}\\u{1c89}'.toLowerCase();",
    "const \u{2ebf0} = 1, value = \u{2ebf0};",
    "const \ua7cb = 1, value = \ua7cb;",
    "const \u{105c0} = 1, value = 2;",
  ],
  ...[
    "const value = /\\p{ID_Start}/u.test('\\u{2ebf0}');",
    "const value = '\u180e'.trim().length;",
    "const \u{1e5d0}\u{1e5f0} = 1, value = 1;",
  ],
  ...[
    `const value = ${"[".repeat(900)}1${"]".repeat(900)};`,
    `const value = ${Array.from({ length: 1_500 }, () => "1").join("+")};`,
  ],
  ...[
    `const value = { ${Array.from({ length: 3_000 }, (_, at) => `k${at}: ${at}`).join(", ")} };`,
    "const value = (() => { try { null.x } catch (e) { return e.message } })();",
  ],
].map((module) => (module.includes("module.exports") ? module : contract(module)));
