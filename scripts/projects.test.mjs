import assert from "node:assert/strict";
import { relative } from "node:path";
import test from "node:test";
import { filesBelow, projects, pruneOrphans, testsOf } from "./projects.mjs";
import { temporaryTree } from "./temporary-tree.mjs";

const config = { compilerOptions: { rootDir: "src", outDir: "dist" } };
const compiled = (path) => ({ [`${path}.js`]: "", [`${path}.js.map`]: "", [`${path}.d.ts`]: "" });
const only = (t, files) => {
  const root = temporaryTree(t, files);
  const [project] = projects(root);
  const slashed = (path) => relative(root, path).replaceAll("\\", "/");
  return { project, slashed, left: () => filesBelow(project.output).map(slashed).sort() };
};

test("compiled tests run only when their source is there, and sources that were not compiled are told", (t) => {
  const { project, slashed } = only(t, {
    "packages/a/tsconfig.json": config,
    "packages/a/src/kept.test.ts": "",
    "packages/a/src/below/new.test.ts": "",
    "packages/a/src/plain.ts": "",
    "packages/a/src/fixture.test.ts": "",
    ...compiled("packages/a/dist/kept.test"),
    ...compiled("packages/a/dist/deleted.test"),
    ...compiled("packages/a/dist/fixture.test"),
  });
  const { ready, missing } = testsOf(project);
  assert.deepEqual(ready.map(slashed), ["packages/a/dist/kept.test.js"]);
  assert.deepEqual(missing.map(slashed), ["packages/a/src/below/new.test.ts"]);
});

test("sources beside their output, as in the examples, are told apart", (t) => {
  const root = temporaryTree(t, {
    "packages/.keep": "",
    "examples/tsconfig.json": { compilerOptions: { rootDir: ".", outDir: "dist" } },
    "examples/token/contract.test.ts": "",
    ...compiled("examples/dist/token/contract.test"),
  });
  const [project] = projects(root);
  assert.deepEqual(
    testsOf(project).ready.map((path) => relative(project.output, path).replaceAll("\\", "/")),
    ["token/contract.test.js"],
  );
  assert.equal(pruneOrphans(project), 0);
});

test("what was compiled from sources that are gone is deleted, and nothing else", (t) => {
  const { project, left } = only(t, {
    "packages/a/tsconfig.json": config,
    "packages/a/src/kept.ts": "",
    "packages/a/src/page.tsx": "",
    ...compiled("packages/a/dist/kept"),
    ...compiled("packages/a/dist/page"),
    ...compiled("packages/a/dist/gone"),
    "packages/a/dist/bundle.js": "",
    "packages/a/dist/asset.css": "",
  });
  assert.equal(pruneOrphans(project), 1);
  assert.deepEqual(left(), [
    "packages/a/dist/asset.css",
    "packages/a/dist/bundle.js",
    ...Object.keys({ ...compiled("packages/a/dist/kept"), ...compiled("packages/a/dist/page") }).sort(),
  ]);
});
