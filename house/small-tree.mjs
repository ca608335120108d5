/** Small trees in a temporary directory, on which each rule shows that it can fail. */
import { temporaryTree } from "../scripts/temporary-tree.mjs";
import { readTree } from "./tree.mjs";

/** The tree of these files (text, or a value to be written as JSON); they are deleted when the test `t` has ended. */
export const smallTree = (t, files) => readTree(temporaryTree(t, files));

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
