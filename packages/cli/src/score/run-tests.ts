import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { dirname, extname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { CliError } from "../error.ts";
import { linkPackages } from "./installed.ts";
import type { Project } from "./project.ts";
import { runNode } from "./run-node.ts";

const testsBelow = async (directory: string): Promise<readonly string[]> => {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return /^(node_modules|dist|\..*)$/.test(entry.name) ? [] : testsBelow(path);
      return /\.test\.m?ts$/.test(entry.name) ? [path] : [];
    }),
  );
  return found.flat().sort();
};

/** Where a module lies is where its author wrote it: what it opens beside itself is found after bundling, too. */
const ownPlaces: Plugin = {
  name: "own-places",
  setup({ onLoad }) {
    onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text
        .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href))
        .replaceAll("import.meta.dirname", JSON.stringify(dirname(path)))
        .replaceAll("import.meta.filename", JSON.stringify(path));
      return { contents, loader: extname(path).includes("t") ? "ts" : "js" };
    });
  },
};

/**
 * Runs a contract's tests (`*.test.ts`) by Node's own runner, which reads no TypeScript on all releases that dure runs
 * on: so they are bundled first, packages left outside.
 *
 * @returns the exit code of the runner
 * @throws CliError `SCORE_SOURCE` where there is no test, or one that does not bundle
 */
export const runTests = async ({ directory }: Project): Promise<number> => {
  const tests = await testsBelow(directory);
  if (tests.length === 0)
    throw new CliError("SCORE_SOURCE", `${directory} has no tests: write contract.test.ts`);
  await linkPackages(directory);
  // Below the contract, so that its packages are found from there, and not in node_modules, where Node's runner from
  // 22 on finds no test.
  const output = await mkdtemp(join(directory, ".dure-test-"));
  try {
    await build({
      entryPoints: [...tests],
      outdir: output,
      outbase: directory,
      outExtension: { ".js": ".mjs" },
      absWorkingDir: directory,
      bundle: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: "inline",
      tsconfigRaw: {},
      logLevel: "silent",
      plugins: [ownPlaces],
    }).catch((cause: unknown) => {
      throw new CliError("SCORE_SOURCE", `the tests do not bundle: ${(cause as Error).message}`, { cause });
    });
    const bundled = tests.map((path) => join(output, relative(directory, path).replace(/\.m?ts$/, ".mjs")));
    const files = bundled.map((path) => relative(directory, path).split(sep).join("/"));
    // Releases of Node.js differ in how they tell of tests where there is no terminal.
    const reporter = "--test-reporter=spec";
    return await runNode(["--enable-source-maps", "--test", reporter, ...files], directory, "stdout");
  } finally {
    await rm(output, { recursive: true, force: true });
  }
};
