import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { dirname, extname, join, relative, sep } from "node:path";
import { type BuildFailure, build, type Loader, type Plugin } from "esbuild";
import { ScoreHostError } from "./error.ts";

/** One script text, its source map (ECMA-426) as JSON, and the files that it was made of. */
export type Bundle = {
  readonly source: string;
  readonly sourceMap: string;
  readonly files: readonly string[];
};

/**
 * Bundles a contract's TypeScript entry, with all that it imports, into one script text. The text is readable and
 * reproducible: the same sources give the same bytes wherever they lie on disk. No source map, no legal comments, no paths
 * of this machine. The map comes beside it.
 *
 * @throws ScoreHostError CONTRACT_INVALID, with the place and the reason
 */
export const bundle = async (entry: string): Promise<Bundle> => {
  const files = new Map<string, string>();
  try {
    const { outputFiles } = await build({
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
      // Never written; an external source map lies beside it.
      outfile: join(dirname(entry), OUTPUT),
      format: "cjs",
      platform: "neutral",
      mainFields: ["module", "main"],
      conditions: ["import", "default"],
      target: "es2022",
      charset: "utf8",
      sourcemap: "external",
      sourcesContent: false,
      legalComments: "none",
      // A tsconfig beside the contract must not change the text.
      tsconfigRaw: {},
      logLevel: "silent",
      plugins: [stablePaths(dirname(entry), files)],
    });
    const text = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? "";
    const sourceMap = authorsMap(text(`${OUTPUT}.map`), dirname(entry), files);
    return { source: text(OUTPUT), sourceMap, files: [...files.values()] };
  } catch (error) {
    const at = placeOfFailure(error, dirname(entry), files);
    throw new ScoreHostError("CONTRACT_INVALID", `${entry} does not bundle: ${(error as Error).message}`, {
      cause: error,
      ...(at !== undefined && { at }),
    });
  }
};

/** Where the bundler first found a fault, if it says so. */
const placeOfFailure = (
  error: unknown,
  root: string,
  files: ReadonlyMap<string, string>,
): string | undefined => {
  const location = (error as Partial<BuildFailure>).errors?.[0]?.location;
  if (!location) return undefined;
  const file = files.get(location.file.replace(NAMESPACED, ""));
  return file === undefined
    ? undefined
    : `${slashed(relative(root, file))}:${location.line}:${location.column + 1}`;
};

/**
 * The bundler's map with its sources named as the author knows them, from the entry's folder. What is not the author's, the
 * SDK and other packages, keeps the name that it has in the text, and is on the list of what debuggers leave out.
 */
const authorsMap = (text: string, root: string, files: ReadonlyMap<string, string>): string => {
  const map = JSON.parse(text) as { sources: readonly string[] };
  const named = map.sources.map((source) => {
    const name = source.replace(NAMESPACED, "");
    const file = files.get(name);
    const isAuthors = file !== undefined && !isForeign(name, file);
    return { name: isAuthors ? slashed(relative(root, file)) : name, isAuthors };
  });
  const ignoreList = named.flatMap(({ isAuthors }, index) => (isAuthors ? [] : [index]));
  return JSON.stringify({ ...map, sources: named.map(({ name }) => name), ignoreList });
};

const isForeign = (name: string, file: string): boolean =>
  name.startsWith("@dure/score/") || slashed(file).includes("/node_modules/");

const OUTPUT = "score.js";
/** How the bundler writes names of the namespace that all modules are put in. */
const NAMESPACED = /^(?:.*\/)?score:/;

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
 * into the text; and refuses what a sandbox cannot have. `files` is told which file each name is of.
 */
const stablePaths = (root: string, files: Map<string, string>): Plugin => ({
  name: "stable-paths",
  setup({ onLoad, onResolve, resolve: resolveModule }) {
    const nameOf = namer(root);
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
      const name = await nameOf(found.path);
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
 * Returns a function that gives what names a file in the text: its package's name and its place in that,
 * `@dure/score/dist/amount.js`. Without a package, its place under the entry's folder: what lies above that folder has no
 * say in the text.
 */
const namer = (root: string): ((file: string) => Promise<string>) => {
  const names = new Map<string, Promise<string | undefined>>();
  const packageOf = (folder: string): Promise<string | undefined> => {
    const name = names.get(folder) ?? packageName(folder);
    names.set(folder, name);
    return name;
  };
  return async (file) => {
    for (let folder = dirname(file); ; folder = dirname(folder)) {
      const name = await packageOf(folder);
      if (name !== undefined) return slashed(`${name}/${relative(folder, file)}`);
      if (folder === root || folder === dirname(folder))
        return slashed(relative(root, file)).replaceAll("../", "");
    }
  };
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
