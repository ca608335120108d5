import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { temporaryTree } from "./temporary-tree.mjs";

const INSTALL = JSON.stringify(new URL("./install.mjs", import.meta.url).href);
const knot = { version: "1.2.3" };
const lock = {
  packages: {
    "": {},
    "node_modules/knot": knot,
    "node_modules/knot-aix": { version: "1.2.3", optional: true },
  },
};

/** A tree whose npm writes down that it was called, and with what, and ends with `code`. */
const treeWith = (t, files, code = 0) => {
  const root = temporaryTree(t, {
    "package-lock.json": lock,
    "bin/npm-cli.js": `require("fs").writeFileSync("calls", process.argv.slice(2).join(" ")); process.exit(${code});`,
    "node_modules/.keep": "",
    ...files,
  });
  return {
    root,
    install: () => {
      const program = `import { installIfStale } from ${INSTALL};
        process.exitCode = await installIfStale(${JSON.stringify(root)}, () => {});`;
      return spawnSync(process.execPath, ["--input-type=module", "-e", program], {
        env: { ...process.env, npm_execpath: join(root, "bin", "npm-cli.js") },
      }).status;
    },
    calls: () => (existsSync(join(root, "calls")) ? readFileSync(join(root, "calls"), "utf8") : undefined),
  };
};

const installed = (packages) => ({ "node_modules/.package-lock.json": { packages } });

test("nothing is installed when node_modules holds what the lock names", (t) => {
  const tree = treeWith(t, installed({ "node_modules/knot": knot, "node_modules/extra": knot }));
  assert.equal(tree.install(), 0);
  assert.equal(tree.calls(), undefined);
});

for (const [state, files] of [
  ["lacks a package", installed({})],
  ["holds another version", installed({ "node_modules/knot": { version: "1.2.4" } })],
  ["is not there", {}],
  ["was stamped for another lock", { "node_modules/.dure-stamp": "another lock\n" }],
])
  test(`npm ci runs when node_modules ${state}, and not a second time`, (t) => {
    const tree = treeWith(t, files);
    assert.equal(tree.install(), 0);
    assert.equal(tree.calls(), "ci --include=dev");
    writeFileSync(join(tree.root, "calls"), "");
    assert.equal(tree.install(), 0);
    assert.equal(tree.calls(), "");
  });

test("a lock that changes after an install is installed again", (t) => {
  const tree = treeWith(t, installed({ "node_modules/knot": knot }));
  assert.equal(tree.install(), 0);
  writeFileSync(join(tree.root, "package-lock.json"), JSON.stringify({ packages: { "": {} } }));
  assert.equal(tree.install(), 0);
  assert.equal(tree.calls(), "ci --include=dev");
});

test("an install that fails leaves no stamp and gives npm's exit code", (t) => {
  const tree = treeWith(t, {}, 5);
  assert.equal(tree.install(), 5);
  assert.equal(existsSync(join(tree.root, "node_modules", ".dure-stamp")), false);
});
