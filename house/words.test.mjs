import assert from "node:assert/strict";
import test from "node:test";
import { root } from "../scripts/root.mjs";
import { assertNone } from "./assert-none.mjs";
import { smallTree } from "./small-tree.mjs";
import { readTree } from "./tree.mjs";
import { wordFindings } from "./words.mjs";

const SOURCE = "packages/types/src/a.ts";
const TEST = "packages/types/src/a.test.ts";
// Put together here, so that this file does not itself hold what it looks for.
const off = (what) => `test.${what}("a", () => {});`;

test("no word in this repository is out of place", () => {
  assertNone(wordFindings(readTree(root)));
});

test("paths of the protocol, words that contain others and paths in tests are left alone", (t) => {
  const tree = smallTree(t, {
    [SOURCE]: `export const a = ["/api/v1/home/", "./tmp/x", "TODOS", "https://x.example/home/y"];`,
    [TEST]: `const path = "${"/tmp"}/x"; list.only("x"); test("skip(", () => {});`,
    "docs/a.md": "Keep it under `/home/dure`.",
  });
  assert.deepEqual(wordFindings(tree), []);
});

const breaches = [
  [SOURCE, `const a = "${"/tmp"}/x";`, "a path of one machine"],
  [SOURCE, `// see ${"/home"}/me/notes`, "a path of one machine"],
  [SOURCE, `// ${"TO" + "DO"}: later`, "a reminder; do it, or open an issue"],
  ["docs/a.md", `${"FIX" + "ME"} here`, "a reminder; do it, or open an issue"],
  [TEST, off("only"), "a test that is switched off, or switches off the others"],
  [TEST, off("skip"), "a test that is switched off, or switches off the others"],
];
for (const [path, text, finding] of breaches)
  test(`\`${text}\` in ${path} is found`, (t) => {
    assert.deepEqual(wordFindings(smallTree(t, { [path]: text })), [`${path}:1: ${finding}`]);
  });
