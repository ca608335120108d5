import assert from "node:assert/strict";
import test from "node:test";
import { root } from "../scripts/root.mjs";
import { assertNone } from "./assert-none.mjs";
import { dependencyFindings } from "./dependencies.mjs";
import { packageFiles, smallTree } from "./small-tree.mjs";
import { readTree } from "./tree.mjs";

const document = (...rows) =>
  [
    "| package | version | role |",
    "|---|---|---|",
    ...rows.map(([name, version]) => `| \`${name}\` | \`${version}\` | x |`),
  ].join("\n");

test("the dependencies of this repository are pinned, and the page that explains them is true", () => {
  assertNone(dependencyFindings(readTree(root)));
});

test("pinned dependencies with rows are right", (t) => {
  const tree = smallTree(t, {
    "package.json": { devDependencies: { knot: "1.2.3" }, overrides: { loop: "2.0.0-beta.1" } },
    ...packageFiles("crypto"),
    ...packageFiles("types", { dependencies: { "@dure/crypto": "0.1.0", knot: "1.2.3" } }),
    "docs/dependencies.md": document(["knot", "1.2.3"], ["loop", "2.0.0-beta.1"]),
  });
  assert.deepEqual(dependencyFindings(tree), []);
});

for (const range of ["^1.2.3", "~1.2.3", "1.2", "*", "latest", "workspace:*", "github:a/b"])
  test(`the version ${range} is found to be no pin`, (t) => {
    const tree = smallTree(t, {
      "package.json": { devDependencies: { knot: range } },
      "docs/dependencies.md": document(["knot", range]),
    });
    assert.deepEqual(dependencyFindings(tree), [`package.json: knot is not pinned exactly: ${range}`]);
  });

test("two versions of one package, and a wrong version of ours, are found", (t) => {
  const tree = smallTree(t, {
    "package.json": { devDependencies: { knot: "1.2.3" } },
    ...packageFiles("crypto"),
    ...packageFiles("types", { dependencies: { "@dure/crypto": "0.2.0", knot: "1.2.4" } }),
    "docs/dependencies.md": document(["knot", "1.2.3"]),
  });
  assert.deepEqual(dependencyFindings(tree), [
    "packages/types/package.json: @dure/crypto is 0.1.0 here, not 0.2.0",
    "packages/types/package.json: knot is 1.2.4 here and 1.2.3 in package.json",
  ]);
});

test("a missing row, an old row and a stale row are found", (t) => {
  const tree = smallTree(t, {
    "package.json": { devDependencies: { knot: "1.2.3", loop: "1.0.0" } },
    "docs/dependencies.md": document(["loop", "0.9.0"], ["gone", "1.0.0"]),
  });
  assert.deepEqual(dependencyFindings(tree), [
    "docs/dependencies.md: no row for knot, which package.json names",
    "docs/dependencies.md:3: loop is 1.0.0 in package.json, not 0.9.0",
    "docs/dependencies.md:4: nothing depends on gone any more",
  ]);
});

test("a lock that does not record what a manifest asks for is found", (t) => {
  const tree = smallTree(t, {
    "package.json": {},
    ...packageFiles("crypto"),
    ...packageFiles("types", { dependencies: { "@dure/crypto": "0.1.0" } }),
    "package-lock.json": { packages: { "": {}, "packages/crypto": {}, "packages/types": {} } },
  });
  assert.deepEqual(dependencyFindings(tree), [
    "package-lock.json: out of step with packages/types/package.json; run npm install",
  ]);
});
