import assert from "node:assert/strict";
import test from "node:test";
import { root } from "../scripts/root.mjs";
import { assertNone } from "./assert-none.mjs";
import { brokenLinks } from "./links.mjs";
import { smallTree } from "./small-tree.mjs";
import { readTree } from "./tree.mjs";

test("every local link in this repository resolves", () => {
  assertNone(brokenLinks(readTree(root)));
});

test("files, directories, headings and other sites may be linked", (t) => {
  const tree = smallTree(t, {
    "README.md":
      '[a](docs/a.md) [b](./docs) [c](docs/a.md#what-it-is-1 "title") [d](#top) [e](https://x.example/y)\n[f]: docs/a.md\n# Top\n',
    "docs/a.md": "# What it is?\n## What *it* is\n[up](../README.md) [root](/README.md)\n",
  });
  assert.deepEqual(brokenLinks(tree), []);
});

test("what stands in code is no link", (t) => {
  const tree = smallTree(t, { "README.md": "`[a](gone.md)`\n```\n[b](gone.md)\n```\n" });
  assert.deepEqual(brokenLinks(tree), []);
});

const broken = [
  ["[a](gone.md)", "gone.md leads nowhere"],
  ["![a](gone.png)", "gone.png leads nowhere"],
  ["[a](../secret.md)", "../secret.md leads out of the repository"],
  ["[a](#gone)", "#gone names no heading"],
  ["[a]: gone.md", "gone.md leads nowhere"],
];
for (const [text, finding] of broken)
  test(`\`${text}\` is found broken`, (t) => {
    assert.deepEqual(brokenLinks(smallTree(t, { "README.md": text })), [`README.md:1: ${finding}`]);
  });
