/** Pure packages: functions from state and input to state and effects, without clock, chance, socket, disk or logger. */
import { readSpecifier, resolveRelative } from "./specifier.mjs";
import { isTest } from "./tree.mjs";

/** Packages that are pure as a whole. */
export const PURE = ["types", "consensus", "mempool", "membership", "score", "score-store"];

/** Packages of which one entry alone, and what it is made of, is pure: browsers run it too. */
export const PURE_ENTRIES = { crypto: "index.ts", ledger: "proof.ts" };

const FORBIDDEN = new Set([
  "Date.now",
  "Math.random",
  "performance",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
  "console",
  "process",
  "Buffer",
  "globalThis",
  "fetch",
]);

/** The modules that an entry reaches within its own package. */
const closure = (tree, entry) => {
  const files = new Set(tree.code);
  const reached = new Set(files.has(entry) ? [entry] : []);
  for (const path of reached)
    for (const { specifier } of tree.modules.get(path).imports) {
      const target = specifier.startsWith(".") ? resolveRelative(files, path, specifier) : undefined;
      if (target !== undefined) reached.add(target);
    }
  return [...reached];
};

/** What a pure module may take of our packages: pure ones, and the pure entries of others. */
const isPureImport = (specifier) => {
  const short = /^@dure\/([^/]+)$/.exec(specifier)?.[1];
  if (!specifier.startsWith("@dure/") || PURE.includes(short)) return true;
  return Object.entries(PURE_ENTRIES).some(
    ([name, entry]) =>
      specifier === `@dure/${name}${entry === "index.ts" ? "" : `/${entry.replace(/\.ts$/, "")}`}`,
  );
};

const moduleFindings = (tree, path) => {
  const { imports, mentions, text } = tree.modules.get(path);
  const clocks = text.split("\n").flatMap((line, at) => (/\bnew Date\(\)/.test(line) ? [at + 1] : []));
  return [
    ...imports
      .filter(({ specifier }) => readSpecifier(specifier).kind === "builtin")
      .map(({ specifier, line }) => `${path}:${line}: imports ${specifier}`),
    ...imports
      .filter(({ specifier }) => !isPureImport(specifier))
      .map(({ specifier, line }) => `${path}:${line}: imports ${specifier}, which is not pure`),
    ...mentions
      .filter(({ name }) => FORBIDDEN.has(name))
      .map(({ name, line }) => `${path}:${line}: mentions ${name}`),
    ...clocks.map((line) => `${path}:${line}: reads the clock by new Date()`),
    ...(/^\/\/\/\s*<reference/m.test(text) ? [`${path}: takes types by a reference comment`] : []),
  ];
};

/** Returns a sentence per breach. */
export const impurities = (tree) =>
  tree.packages.flatMap(({ short, directory, sources }) => {
    if (Object.hasOwn(PURE_ENTRIES, short))
      return closure(tree, `${directory}/src/${PURE_ENTRIES[short]}`).flatMap((path) =>
        moduleFindings(tree, path),
      );
    if (!PURE.includes(short)) return [];
    const types = tree.json(`${directory}/tsconfig.json`)?.compilerOptions?.types;
    return [
      ...(Array.isArray(types) && types.length === 0
        ? []
        : [`${directory}/tsconfig.json: "types" must be [], so that the compiler knows no Node.js`]),
      ...sources.filter((path) => !isTest(path)).flatMap((path) => moduleFindings(tree, path)),
    ];
  });
