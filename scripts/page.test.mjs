import assert from "node:assert/strict";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { buildPage } from "./page.mjs";
import { temporaryTree } from "./temporary-tree.mjs";

/** A tree with a page whose bundling is counted; it ends with `code`. */
const treeWithPage = (t, code = 0) => {
  const root = temporaryTree(t, {
    "package-lock.json": {},
    "packages/dashboard/package.json": { dependencies: { "@dure/client": "0.1.0", react: "19.0.0" } },
    "packages/dashboard/index.html": "<html>",
    "packages/dashboard/src/main.tsx": "",
    "packages/client/package.json": { dependencies: { "@dure/types": "0.1.0" } },
    "packages/client/dist/index.js": "",
    "packages/types/package.json": {},
    "packages/types/dist/index.js": "",
    "packages/node/package.json": {},
    "packages/node/dist/index.js": "",
  });
  let bundled = 0;
  const bundle = async () => {
    bundled++;
    mkdirSync(join(root, "packages/dashboard/dist"), { recursive: true });
    writeFileSync(join(root, "packages/dashboard/dist/index.html"), "<html>");
    return code;
  };
  return {
    build: () => buildPage(root, bundle),
    bundled: () => bundled,
    touch: (path) => utimesSync(join(root, path), new Date(), new Date(Date.now() + 5_000)),
    write: (path) => writeFileSync(join(root, path), ""),
    remove: (path) => rmSync(join(root, path)),
  };
};

test("the page is bundled once, and anew when something that it is made of has changed", async (t) => {
  const tree = treeWithPage(t);
  const changes = [
    () => undefined,
    () => tree.touch("packages/dashboard/src/main.tsx"),
    () => tree.touch("packages/types/dist/index.js"),
    () => tree.touch("package-lock.json"),
    () => tree.write("packages/dashboard/src/more.tsx"),
    () => tree.remove("packages/dashboard/src/more.tsx"),
    () => tree.remove("packages/dashboard/dist/index.html"),
  ];
  for (const [at, change] of changes.entries()) {
    change();
    assert.equal(await tree.build(), 0);
    assert.equal(await tree.build(), 0);
    assert.equal(tree.bundled(), at + 1, String(change));
  }
});

test("tests and packages that the page does not use leave it as it is", async (t) => {
  const tree = treeWithPage(t);
  await tree.build();
  tree.touch("packages/node/dist/index.js");
  tree.write("packages/dashboard/src/main.test.ts");
  tree.write("packages/types/dist/index.test.js");
  await tree.build();
  assert.equal(tree.bundled(), 1);
});

test("a bundle that fails gives its exit code, and is tried again", async (t) => {
  const tree = treeWithPage(t, 3);
  assert.equal(await tree.build(), 3);
  assert.equal(await tree.build(), 3);
  assert.equal(tree.bundled(), 2);
});
