import type { Random } from "./random.ts";

const TEXTS = [
  "",
  "a",
  "key5",
  "k/3",
  "ann",
  "\u{1f600}",
  "İstanbul ß Σς",
  "a\u2028b\u0000c",
  "__proto__",
  "1e3",
  "x".repeat(3_000),
];
const NUMBERS = [0, 1, -1, 7, 1.5, 1e21, 5e-324, 2 ** 53, -(2 ** 31), 0.1];

/** JSON texts that clients have no business sending. */
const HOSTILE: readonly string[] = [
  ...[
    "",
    "null",
    "[]",
    "1",
    '"text"',
    "{",
    '{"n":1}x',
    '{"n":01}',
    "{'n':1}",
    '{"n":1,}',
    "\ufeff{}",
    '{"n":NaN}',
  ],
  ...[
    '{"n":1e400}',
    '{"n":-0}',
    '{"n":1e-400}',
    '{"n":123456789012345678901234567890}',
    '{"s":"\\ud83d"}',
    '{"s":"\ud83d"}',
  ],
  ...[
    '{"__proto__":{"s":1}}',
    '{"constructor":1,"toString":2}',
    '{"s":1,"s":2}',
    '{"":0}',
    '{"s":"\\u0000"}',
    '{"s":"\u0007"}',
  ],
  ...[
    '{"toJSON":1,"then":2,"length":-1}',
    '{"1":1,"0":0,"a":2,"-1":3}',
    `{"o":${"[".repeat(63)}${"]".repeat(63)}}`,
  ],
  ...[`{"o":${"[".repeat(64)}${"]".repeat(64)}}`, `{"o":${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}}`],
  ...[`{"s":"${"x".repeat(300_000)}"}`, `{"list":[${"0,".repeat(20_000)}0]}`, " {\n\t} ", '{"n":1}\u2028'],
];

const json = (random: Random, depth: number): unknown => {
  const kind = random.below(depth > 0 ? 7 : 5);
  if (kind === 0) return null;
  if (kind === 1) return random.percent(50);
  if (kind === 2) return random.pick(NUMBERS);
  if (kind < 5) return random.pick(TEXTS);
  const parts = Array.from({ length: random.below(5) }, () => json(random, depth - 1));
  if (kind === 5) return parts;
  return Object.fromEntries(
    parts.map((part, at) => [random.percent(30) ? random.pick(TEXTS) : "abc"[at % 3], part]),
  );
};

/** The params of a call, as a client's JSON text: what methods expect, something else, or nothing that is JSON. */
export const makeParams = (random: Random): string => {
  if (random.percent(5)) return random.pick(HOSTILE);
  if (random.percent(10)) return JSON.stringify({ ...(json(random, 3) as object) });
  return JSON.stringify({
    n: random.percent(80) ? random.pick(NUMBERS) : json(random, 1),
    s: random.percent(80) ? random.pick(TEXTS) : json(random, 1),
    b: random.percent(50),
    list: Array.from({ length: random.below(6) }, () => json(random, 1)),
    o: json(random, 3),
    ...(random.percent(20) && { id: "a1", count: 3, lines: [{ amount: "5" }], how: "a" }),
  });
};
