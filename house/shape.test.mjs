import assert from "node:assert/strict";
import test from "node:test";
import { root } from "../scripts/root.mjs";
import { assertNone } from "./assert-none.mjs";
import { LONG, shapeFindings } from "./shape.mjs";
import { packageFiles, smallTree } from "./small-tree.mjs";
import { readTree } from "./tree.mjs";

const types = (files) => ({
  ...packageFiles("types"),
  "packages/types/README.md": "# @dure/types\n",
  "packages/types/src/index.ts": "// What it is.\nexport const a = 1;\n",
  ...files,
});

test("the files of this repository have telling names and a telling length, and packages introduce themselves", () => {
  assertNone(shapeFindings(readTree(root), LONG));
});

test("a package with a README and an opening comment is right", (t) => {
  const tree = smallTree(t, types({ "packages/types/src/lane/merkle-tree.test.ts": "" }));
  assert.deepEqual(shapeFindings(tree), []);
});

for (const [path, segment] of [
  ["packages/types/src/merkleTree.ts", "merkleTree.ts"],
  ["packages/types/src/Merkle/tree.ts", "Merkle"],
  ["packages/types/src/merkle_tree.ts", "merkle_tree.ts"],
])
  test(`${path} is found not to be kebab-case`, (t) => {
    assert.deepEqual(shapeFindings(smallTree(t, types({ [path]: "" }))), [
      `${path}: ${segment} is not kebab-case`,
    ]);
  });

for (const segment of ["utils.ts", "helpers.test.ts", "state-manager.ts", "common", "impl"])
  test(`the name ${segment} is found to say nothing`, (t) => {
    const path = `packages/types/src/${segment}${segment.endsWith(".ts") ? "" : "/a.ts"}`;
    assert.deepEqual(shapeFindings(smallTree(t, types({ [path]: "" }))), [
      `${path}: ${segment} says nothing about what it holds`,
    ]);
  });

test("a long file is found unless it is listed, and so is a listing that is not needed", (t) => {
  const path = "packages/types/src/long.ts";
  const tree = smallTree(t, types({ [path]: "//\n".repeat(401) }));
  assert.deepEqual(shapeFindings(tree), [`${path}: 401 lines; split it, or give a reason`]);
  assert.deepEqual(shapeFindings(tree, new Map([[path, "a table"]])), []);
  const index = "packages/types/src/index.ts";
  assert.deepEqual(
    shapeFindings(
      tree,
      new Map([
        [path, "a table"],
        [index, "was long"],
      ]),
    ),
    [`${index}: need not be on the list of long files any more`],
  );
});

test("a package without README, or with a silent index, is found", (t) => {
  const tree = smallTree(t, {
    ...packageFiles("types"),
    "packages/types/src/index.ts": "export const a = 1; // late\n",
    ...packageFiles("score"),
    "packages/score/README.md": "# score\n",
    "packages/score/src/index.ts": "/** Early. */\n",
  });
  assert.deepEqual(shapeFindings(tree), [
    'packages/score/README.md: does not begin with "# @dure/score"',
    "packages/types: no README.md",
    "packages/types/src/index.ts: does not open with a comment that says what the package is",
  ]);
});
