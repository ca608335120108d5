/** The TypeScript projects of the repository: where their sources are and where their output goes. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** Every file below a directory, as absolute paths; none when it does not exist. Symbolic links are not followed. */
export const filesBelow = (directory) =>
  existsSync(directory)
    ? readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesBelow(path);
        return entry.isFile() ? [path] : [];
      })
    : [];

/**
 * The projects, each `{ name, directory, source, output }` with absolute paths: every package that has a
 * tsconfig.json, and the examples, end-to-end tests and benchmarks.
 */
export const projects = (root) =>
  [
    ...readdirSync(join(root, "packages"))
      .sort()
      .map((name) => `packages/${name}`),
    "examples",
    "e2e",
    "benchmarks",
  ]
    .map((name) => ({ name, directory: join(root, name) }))
    .filter(({ directory }) => existsSync(join(directory, "tsconfig.json")))
    .map(({ name, directory }) => {
      const { compilerOptions = {} } = JSON.parse(readFileSync(join(directory, "tsconfig.json"), "utf8"));
      return {
        name,
        directory,
        source: join(directory, compilerOptions.rootDir ?? "."),
        output: join(directory, compilerOptions.outDir ?? "dist"),
      };
    });

/** `fixture.test.ts` is compiled with the tests, which share it, and holds none of its own. */
const isTest = (path) => /\.test\.tsx?$/.test(path) && !/(^|[\\/-])fixture\.test\.tsx?$/.test(path);
const compiled = (project, path) =>
  join(project.output, relative(project.source, path)).replace(/\.tsx?$/, ".js");

/**
 * The tests of a project: `{ ready, missing }`, the compiled files that have a source, and the sources that
 * have no compiled file (a test that silently does not run is worse than one that fails).
 */
export const testsOf = (project) => {
  const sources = filesBelow(project.source).filter(
    (path) => isTest(path) && !path.startsWith(project.output + sep),
  );
  return {
    ready: sources.map((path) => compiled(project, path)).filter((path) => existsSync(path)),
    missing: sources.filter((path) => !existsSync(compiled(project, path))),
  };
};

/**
 * Deletes what the compiler once wrote for sources that are gone, and returns how many modules these were: a
 * stale module would still be found by an import, and a stale declaration would satisfy the type checker. Only
 * files with the compiler's own pair of .js and .d.ts are touched, so bundles and assets stay.
 */
export const pruneOrphans = (project) => {
  const orphans = filesBelow(project.output).filter((path) => {
    if (!path.endsWith(".js") || !existsSync(path.replace(/\.js$/, ".d.ts"))) return false;
    const base = join(project.source, relative(project.output, path)).replace(/\.js$/, "");
    return !existsSync(`${base}.ts`) && !existsSync(`${base}.tsx`);
  });
  for (const path of orphans)
    for (const ending of [".js", ".js.map", ".d.ts", ".d.ts.map"])
      rmSync(path.replace(/\.js$/, ending), { force: true });
  return orphans.length;
};
