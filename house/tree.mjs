/** The repository as the house rules see it: its files, its packages, its modules. Nothing is read from git, so an unpacked archive is checked alike. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readModules } from "./read-modules.mjs";

const IGNORED = new Set(["node_modules", "dist", ".git", ".dure"]);

/** Paths of files below a directory, relative to the root and with forward slashes. */
const list = (root, directory) =>
  readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : list(root, path);
    return entry.isFile() ? [path] : [];
  });

const CODE = /^(packages|examples|e2e|benchmarks|scripts|house)\/.*\.(ts|tsx|mts|mjs|js)$/;

/** True for a test, for a package's `fixture.ts`, which its tests share, and for what lies in e2e, house and fixtures. */
export const isTest = (path) =>
  /\.test\.(ts|tsx|mjs)$|\/fixture\.ts$/.test(path) || /^(e2e|house)\/|\/fixtures\//.test(path);

/**
 * Reads a tree. `files` are all paths; `text(path)` and `json(path)` read one (`json` gives undefined when there
 * is none); `packages` are those below packages/; `modules` maps every code file's path to what
 * `readModules` found, with paths relative to the root.
 */
export const readTree = (root) => {
  const files = list(root, "").sort();
  const text = (path) => readFileSync(join(root, path), "utf8");
  const json = (path) => (existsSync(join(root, path)) ? JSON.parse(text(path)) : undefined);
  const packages = files
    .filter((path) => /^packages\/[^/]+\/package\.json$/.test(path))
    .map((path) => path.slice(0, -"/package.json".length))
    .map((directory) => ({
      directory,
      short: directory.slice("packages/".length),
      manifest: json(`${directory}/package.json`),
      sources: files.filter((path) => path.startsWith(`${directory}/src/`) && CODE.test(path)),
    }));
  let modules;
  return {
    root,
    files,
    code: files.filter((path) => CODE.test(path)),
    text,
    json,
    packages,
    get modules() {
      modules ??= new Map(
        [...readModules(files.filter((path) => CODE.test(path)).map((path) => join(root, path)))].map(
          ([path, module]) => {
            const relative = path.slice(root.length + 1).replaceAll("\\", "/");
            return [relative, { ...module, path: relative }];
          },
        ),
      );
      return modules;
    },
  };
};
