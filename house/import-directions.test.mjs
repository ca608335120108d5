import assert from "node:assert/strict";
import test from "node:test";
import { root } from "../scripts/root.mjs";
import { assertNone } from "./assert-none.mjs";
import { importDirections } from "./import-directions.mjs";
import { packageFiles, smallTree } from "./small-tree.mjs";
import { readTree } from "./tree.mjs";

const below = {
  ...packageFiles("types"),
  "packages/types/src/index.ts": "export type Height = number;\n",
};

/** A tree with `types` and, above it, `ledger` with one module of this text. */
const ledgerTree = (t, text, { path = "packages/ledger/src/index.ts", ...manifest } = {}) =>
  smallTree(t, {
    ...below,
    ...packageFiles("ledger", { dependencies: { "@dure/types": "0.1.0" }, ...manifest }),
    [path]: text,
  });

test("the packages of this repository import only downward, and only what they declare", () => {
  assertNone(importDirections(readTree(root)));
});

test("a declared import from below is allowed, in any form", (t) => {
  const tree = ledgerTree(
    t,
    `import type { Height } from "@dure/types";
     export type A = import("@dure/types").Height;
     export const b = async (): Promise<unknown> => import("@dure/types");
     export const c: Height = 1;
     export const notAnImport = 'import "@dure/node"'; // import "@dure/node"
     import "node:fs";`,
  );
  assert.deepEqual(importDirections(tree), []);
});

const upward = [
  ["import type", 'import type { X } from "@dure/ledger";\nexport type Y = X;'],
  ["import of a type inside braces", 'import { type X } from "@dure/ledger";\nexport type Y = X;'],
  ["re-export", 'export * from "@dure/ledger";'],
  ["re-export of a type", 'export type { X } from "@dure/ledger";'],
  ["import for effect", 'import "@dure/ledger";'],
  ["type query", 'export type Y = import("@dure/ledger").X;'],
  ["dynamic import inside a template", `export const y = async () => \`\${await import("@dure/ledger")}\`;`],
];
for (const [form, text] of upward)
  test(`an upward ${form} is found, though it is declared`, (t) => {
    const tree = smallTree(t, {
      ...packageFiles("ledger"),
      "packages/ledger/src/index.ts": "export type X = 1;\n",
      ...packageFiles("types", { dependencies: { "@dure/ledger": "0.1.0" } }),
      "packages/types/src/index.ts": text,
    });
    assert.deepEqual(importDirections(tree), [
      `packages/types/src/index.ts:${text.split("\n").findIndex((line) => line.includes("@dure/ledger")) + 1}: @dure/ledger does not stand below @dure/types`,
    ]);
  });

const breaches = [
  {
    name: "an undeclared third-party import",
    text: 'import type { Logger } from "pino";\nexport type L = Logger;',
    finding: "packages/ledger/src/index.ts:1: pino is not declared in packages/ledger/package.json",
  },
  {
    name: "an undeclared import of ours",
    text: 'export type { Height } from "@dure/types";',
    manifest: { dependencies: {} },
    finding: "packages/ledger/src/index.ts:1: @dure/types is not declared in packages/ledger/package.json",
  },
  {
    name: "a deep import past the exports",
    text: 'export * from "@dure/types/dist/index.js";',
    finding:
      "packages/ledger/src/index.ts:1: @dure/types/dist/index.js is not among the exports of @dure/types",
  },
  {
    name: "a relative path into another package",
    text: 'export * from "../../types/src/index.ts";',
    finding: "packages/ledger/src/index.ts:1: ../../types/src/index.ts reaches outside packages/ledger/src/",
  },
  {
    name: "a devDependency outside tests",
    text: 'import "fast-check";',
    manifest: { devDependencies: { "fast-check": "4.0.0" } },
    finding: "packages/ledger/src/index.ts:1: fast-check is not declared in packages/ledger/package.json",
  },
];
for (const { name, text, manifest, finding } of breaches)
  test(`${name} is found`, (t) => {
    assert.deepEqual(importDirections(ledgerTree(t, text, manifest)), [finding]);
  });

test("a test may import devDependencies", (t) => {
  const tree = ledgerTree(t, 'import "fast-check";', {
    path: "packages/ledger/src/index.test.ts",
    devDependencies: { "fast-check": "4.0.0" },
  });
  assert.deepEqual(importDirections(tree), []);
});

test("a bundle, which has no interface, may import devDependencies", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("dashboard", {
      exports: { "./package.json": "./package.json" },
      devDependencies: { react: "19.0.0" },
    }),
    "packages/dashboard/src/main.tsx": 'import "react";\nimport "vue";\n',
  });
  assert.deepEqual(importDirections(tree), [
    "packages/dashboard/src/main.tsx:2: vue is not declared in packages/dashboard/package.json",
  ]);
});

test("a fixture may import devDependencies, and only tests may import it", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("types", { devDependencies: { "fast-check": "4.0.0" } }),
    "packages/types/src/fixture.ts": 'import "fast-check";\n',
    "packages/types/src/index.test.ts": 'import "./fixture.ts";\n',
    "packages/types/src/index.ts": 'import "./fixture.ts";\n',
  });
  assert.deepEqual(importDirections(tree), [
    "packages/types/src/index.ts:1: ./fixture.ts belongs to the tests",
  ]);
});

test("a reference that is missing, and one too many, are found", (t) => {
  const tree = smallTree(t, {
    ...below,
    ...packageFiles("crypto"),
    ...packageFiles("ledger", { dependencies: { "@dure/types": "0.1.0" } }),
    "packages/ledger/src/index.ts": 'export type { Height } from "@dure/types";\n',
    "packages/ledger/tsconfig.json": { references: [{ path: "../crypto" }] },
  });
  assert.deepEqual(importDirections(tree), [
    "packages/ledger/tsconfig.json: no reference to ../types",
    "packages/ledger/tsconfig.json: a reference to ../crypto, no dependency",
  ]);
});

test("a package without a layer is found, and so is an example that reaches into a package", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("attic"),
    "examples/a/a.ts": 'import "../../packages/attic/src/index.ts";\nimport "@dure/attic/dist/x.js";\n',
  });
  assert.deepEqual(importDirections(tree), [
    "packages/attic: no place among the layers",
    "examples/a/a.ts:1: ../../packages/attic/src/index.ts reaches into a package",
    "examples/a/a.ts:2: @dure/attic/dist/x.js is not among the exports of @dure/attic",
  ]);
});
