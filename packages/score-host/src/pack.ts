import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, extname, join, relative, resolve, sep } from "node:path";
import { build, type Loader, type Plugin } from "esbuild";
import { SOURCE_BYTES_MAX } from "./bounds.ts";
import { ScoreHostError } from "./error.ts";
import type { ScoreSource } from "./outcome.ts";
import { Sandbox } from "./sandbox.ts";

/**
 * Bundles a contract's TypeScript entry, with all that it imports, into one script text, loads that in a
 * sandbox, and returns it with the name and version that the contract gives itself.
 *
 * The text is readable and reproducible: the same sources give the same bytes wherever they lie on disk.
 * No source map, no legal comments, no paths of this machine.
 *
 * @param entry path of the module whose default export is made by `contract({...})`
 * @throws ScoreHostError CONTRACT_INVALID, with the place and the reason
 */
export const pack = async (entry: string): Promise<ScoreSource> => {
  const source = await bundle(resolve(entry));
  if (Buffer.byteLength(source) > SOURCE_BYTES_MAX)
    throw new ScoreHostError(
      "CONTRACT_INVALID",
      `the bundle of ${entry} is beyond ${SOURCE_BYTES_MAX} bytes`,
    );
  const { name, version } = await Sandbox.describe(source);
  return { name, version, source };
};

const bundle = async (entry: string): Promise<string> => {
  try {
    const result = await build({
      // Handing over the default export alone saves the text the bundler's module wrapping, which would
      // otherwise run before every call.
      stdin: {
        contents: `import contract from ${JSON.stringify(entry)};\nmodule.exports = { default: contract };`,
        resolveDir: dirname(entry),
        sourcefile: "score",
        loader: "js",
      },
      absWorkingDir: dirname(entry),
      bundle: true,
      write: false,
      format: "cjs",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["import", "default"],
      target: "es2022",
      charset: "utf8",
      sourcemap: false,
      legalComments: "none",
      // A tsconfig beside the contract must not change the text.
      tsconfigRaw: {},
      logLevel: "silent",
      plugins: [stablePaths(dirname(entry))],
    });
    return result.outputFiles[0]!.text;
  } catch (error) {
    throw new ScoreHostError("CONTRACT_INVALID", `${entry} does not bundle: ${(error as Error).message}`, {
      cause: error,
    });
  }
};

const LOADERS: Readonly<Record<string, Loader>> = {
  ".cjs": "js",
  ".js": "js",
  ".json": "json",
  ".mjs": "js",
  ".mts": "ts",
  ".ts": "ts",
};

/**
 * Names every module by where it stands in its package, not on this disk, since esbuild writes module names
 * into the text; and refuses what a sandbox cannot have.
 */
const stablePaths = (root: string): Plugin => ({
  name: "stable-paths",
  setup({ onLoad, onResolve, resolve: resolveModule }) {
    const files = new Map<string, string>();
    onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData?.resolving) return undefined;
      if (path.startsWith("node:") || builtinModules.includes(path))
        return refusal(`${path} is a Node.js module; a contract has no files, network, clock or randomness`);
      if (kind === "dynamic-import")
        return refusal(`import(${path}) is refused: a contract is loaded as a whole`);
      const found = await resolveModule(path, {
        kind,
        importer,
        resolveDir,
        pluginData: { resolving: true },
      });
      if (found.errors.length > 0) return { errors: found.errors, warnings: found.warnings };
      if (LOADERS[extname(found.path)] === undefined) return refusal(`${path} is not a script or JSON`);
      const name = await nameOf(found.path, root);
      // Two copies of one package would be taken for the same module.
      if ((files.get(name) ?? found.path) !== found.path)
        return refusal(`${name} exists twice, as ${files.get(name)} and ${found.path}; keep one`);
      files.set(name, found.path);
      return { path: name, namespace: "score", pluginData: { file: found.path } };
    });
    onLoad({ filter: /.*/, namespace: "score" }, async ({ pluginData }) => {
      const file: string = pluginData.file;
      return {
        contents: await readFile(file, "utf8"),
        loader: LOADERS[extname(file)]!,
        resolveDir: dirname(file),
      };
    });
  },
});

const refusal = (text: string) => ({ errors: [{ text }] });

/**
 * Returns what names a file in the text: its package's name and its place in that, `@dure/score/dist/amount.js`.
 * Without a package, its place under the entry's folder: what lies above that folder has no say in the text.
 */
const nameOf = async (file: string, root: string): Promise<string> => {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const name = await packageName(folder);
    if (name !== undefined) return slashed(`${name}/${relative(folder, file)}`);
    if (folder === root || folder === dirname(folder))
      return slashed(relative(root, file)).replaceAll("../", "");
  }
};

const slashed = (path: string): string => path.split(sep).join("/");

const packageName = async (folder: string): Promise<string | undefined> => {
  try {
    const { name } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    return typeof name === "string" ? name : undefined;
  } catch {
    return undefined;
  }
};
