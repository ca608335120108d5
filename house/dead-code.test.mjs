import assert from "node:assert/strict";
import test from "node:test";
import { root } from "../scripts/root.mjs";
import { assertNone } from "./assert-none.mjs";
import { deadCode } from "./dead-code.mjs";
import { packageFiles, smallTree } from "./small-tree.mjs";
import { readTree } from "./tree.mjs";

test("this repository has no dead modules, exports or dependencies", () => {
  assertNone(deadCode(readTree(root)));
});

test("what an interface passes on, a test uses or a module starts is alive", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("types"),
    "packages/types/src/index.ts": `export * from "./all.ts";\nexport { one } from "./some.ts";\n`,
    "packages/types/src/all.ts": "export const a = 1;\nexport type B = 2;\n",
    "packages/types/src/some.ts": `export const one = new URL("./child.js", "x:");\nexport const two = 2;\n`,
    "packages/types/src/child.ts": `import type { Kept } from "./kept.ts";\nexport const k: Kept = 1;\n`,
    "packages/types/src/kept.ts":
      "export type Kept = Part;\nexport type Part = 1;\nexport const kept = (part: Part): Part => part;\n",
    "packages/types/src/some.test.ts": `import { two } from "./some.ts";\nimport { kept } from "./kept.ts";\nkept(two);\n`,
  });
  assert.deepEqual(deadCode(tree), []);
});

test("a module that nothing reaches is found, even when another dead one imports it", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("types"),
    "packages/types/src/index.ts": "export const a = 1;\n",
    "packages/types/src/dead.ts": 'export * from "./deader.ts";\n',
    "packages/types/src/deader.ts": "export const b = 1;\n",
  });
  assert.deepEqual(deadCode(tree), [
    "packages/types/src/dead.ts: nothing reaches this module",
    "packages/types/src/deader.ts: nothing reaches this module",
  ]);
});

test("an export that nobody imports is found, a value even when its own module uses it", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("types"),
    "packages/types/src/index.ts": 'export { a } from "./a.ts";\n',
    "packages/types/src/a.ts":
      "export const b = 1;\nexport const a = b;\nexport type C = 1;\nexport type D = 1;\nexport type E = D;\n",
  });
  assert.deepEqual(deadCode(tree), [
    "packages/types/src/a.ts:1: nobody imports b",
    "packages/types/src/a.ts:3: nobody imports C",
    "packages/types/src/a.ts:5: nobody imports E",
  ]);
});

test("a dependency whose manifest is looked up by name is in use", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("types", { dependencies: { zod: "1.0.0" } }),
    "packages/types/src/index.ts": 'export const where = import.meta.resolve("zod/package.json");\n',
  });
  assert.deepEqual(deadCode(tree), []);
});

test("a dependency that nobody imports is found, and one that only tests import", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("types", {
      dependencies: { pino: "1.0.0", zod: "1.0.0" },
      devDependencies: { ses: "1.0.0" },
    }),
    "packages/types/src/index.ts": "export const a = 1;\n",
    "packages/types/src/index.test.ts": 'import "zod";\n',
  });
  assert.deepEqual(deadCode(tree), [
    "packages/types/package.json: nobody imports pino",
    "packages/types/package.json: zod serves only tests, so it belongs to devDependencies",
    "packages/types/package.json: nobody imports ses",
  ]);
});
