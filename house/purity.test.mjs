import assert from "node:assert/strict";
import test from "node:test";
import { root } from "../scripts/root.mjs";
import { assertNone } from "./assert-none.mjs";
import { impurities } from "./purity.mjs";
import { packageFiles, smallTree } from "./small-tree.mjs";
import { readTree } from "./tree.mjs";

test("the pure packages of this repository are pure", () => {
  assertNone(impurities(readTree(root)));
});

test("a pure package's own words, members and tests are left alone", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("types"),
    "packages/types/src/index.ts": `// Date.now() and process in a comment
      export type Step = { process: number; fetch: string };
      export const say = (step: Step): string => "console.log" + step.fetch + String(step.process);
      export const day = (ms: number): Date => new Date(ms);`,
    "packages/types/src/index.test.ts": "console.log(Date.now(), process.pid);",
  });
  assert.deepEqual(impurities(tree), []);
});

const impure = [
  ["Date.now();", "mentions Date.now"],
  ["Math.random();", "mentions Math.random"],
  ["performance.now();", "mentions performance"],
  ["setTimeout(f, 1);", "mentions setTimeout"],
  ["console.log(1);", "mentions console"],
  ["process.exit();", "mentions process"],
  ["const { now } = Date; new Date();", "reads the clock by new Date()"],
  ['import "node:fs";', "imports node:fs"],
  ['import type { Socket } from "net";', "imports net"],
];
for (const [text, finding] of impure)
  test(`\`${text}\` in a pure package is found`, (t) => {
    const tree = smallTree(t, { ...packageFiles("score"), "packages/score/src/index.ts": text });
    assert.deepEqual(impurities(tree), [`packages/score/src/index.ts:1: ${finding}`]);
  });

test("a pure package that the compiler gives Node's types is found", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("score"),
    "packages/score/tsconfig.json": { compilerOptions: { types: ["node"] } },
  });
  assert.deepEqual(impurities(tree), [
    'packages/score/tsconfig.json: "types" must be [], so that the compiler knows no Node.js',
  ]);
});

test("of crypto only the index and what it is made of must be pure", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("crypto"),
    "packages/crypto/src/index.ts": 'export * from "./suite.ts";\n',
    "packages/crypto/src/suite.ts": "export const now = (): number => Date.now();\n",
    "packages/crypto/src/sodium.ts": 'import "node:crypto";\n',
  });
  assert.deepEqual(impurities(tree), ["packages/crypto/src/suite.ts:1: mentions Date.now"]);
});

test("of ledger only the proofs and what they are made of must be pure", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("ledger"),
    "packages/ledger/src/index.ts": 'export * from "./log.ts";\n',
    "packages/ledger/src/log.ts": 'import "node:fs";\n',
    "packages/ledger/src/proof.ts": 'export * from "./proof/verify.ts";\n',
    "packages/ledger/src/proof/verify.ts": "export const now = (): number => Date.now();\n",
  });
  assert.deepEqual(impurities(tree), ["packages/ledger/src/proof/verify.ts:1: mentions Date.now"]);
});

test("what is pure imports of our packages only what is pure too", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("consensus"),
    "packages/consensus/src/index.ts": `import "@dure/crypto";
      import "@dure/types";
      import "@dure/ledger/proof";
      import "@dure/crypto/sodium";
      import "@dure/ledger";`,
  });
  assert.deepEqual(impurities(tree), [
    "packages/consensus/src/index.ts:4: imports @dure/crypto/sodium, which is not pure",
    "packages/consensus/src/index.ts:5: imports @dure/ledger, which is not pure",
  ]);
});
