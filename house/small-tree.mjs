/** Small trees in a temporary directory, on which each rule shows that it can fail. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readTree } from "./tree.mjs";

/**
 * Writes the files (text, or a value to be written as JSON) and returns the tree; it is deleted when the test `t`
 * has ended.
 */
export const smallTree = (t, files) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "dure-tree-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return readTree(root);
};

/** The files of a package `@dure/<short>` without sources: manifest and both tsconfig files, which agree. */
export const packageFiles = (
  short,
  { dependencies = {}, devDependencies = {}, exports = { ".": "./dist/index.js" } } = {},
) => {
  const references = Object.keys(dependencies)
    .filter((name) => name.startsWith("@dure/"))
    .map((name) => ({ path: `../${name.slice("@dure/".length)}` }));
  return {
    [`packages/${short}/package.json`]: {
      name: `@dure/${short}`,
      version: "0.1.0",
      exports,
      dependencies,
      devDependencies,
    },
    [`packages/${short}/tsconfig.json`]: { compilerOptions: { types: [] }, references },
    [`packages/${short}/tsconfig.test.json`]: { references: [{ path: "." }, ...references] },
  };
};
