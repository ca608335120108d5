/** Dead code: modules that nothing reaches, exports that nobody takes, dependencies that nobody imports. */
import { readSpecifier, resolveRelative, sourceOfExport } from "./specifier.mjs";
import { isTest } from "./tree.mjs";

/** What runs without being imported: npm's scripts, bins, contracts, configurations, and any module named main. */
const STARTED =
  /^(scripts\/(start|test|test-nodes|fuzz-scores|pack-client)\.mjs|packages\/[^/]+\/(bin|bench)\/.*\.mjs|examples\/[^/]+\/contract\.ts)$|(^|\/)main\.tsx?$|\.config\.ts$/;

/** The sources behind a package's `exports`: its interface, whose names are for others to take. */
const interfacesOf = (tree, files) =>
  tree.packages.flatMap(({ directory, manifest }) =>
    Object.values(manifest.exports ?? {}).map((target) => sourceOfExport(files, directory, target)),
  );

/** Modules named in a string, as in `new URL("./child.js", import.meta.url)`, are started rather than imported. */
const namedIn = (files, { path, strings }) =>
  strings
    .filter((string) => /^[\w./-]+\.(js|mjs|ts|tsx)$/.test(string))
    .map((string) => resolveRelative(files, path, string));

/** Returns a sentence per finding. */
export const deadCode = (tree) => {
  const files = new Set(tree.code);
  const interfaces = new Set(interfacesOf(tree, files));
  const entries = [...interfaces, ...tree.code.filter((path) => isTest(path) || STARTED.test(path))].filter(
    (path) => path !== undefined,
  );

  const reached = new Set(entries);
  const started = new Set();
  const taken = new Map();
  for (const path of reached) {
    const module = tree.modules.get(path);
    for (const { specifier, names } of module.imports) {
      const target = specifier.startsWith(".") ? resolveRelative(files, path, specifier) : undefined;
      if (target === undefined) continue;
      reached.add(target);
      taken.set(target, new Set([...(taken.get(target) ?? []), ...names]));
    }
    for (const target of namedIn(files, module)) {
      if (
        target === undefined ||
        module.imports.some(({ specifier }) => resolveRelative(files, path, specifier) === target)
      )
        continue;
      reached.add(target);
      started.add(target);
    }
  }

  const isEntry = (path) => interfaces.has(path) || isTest(path) || STARTED.test(path) || started.has(path);
  const unreached = tree.code
    .filter((path) => !reached.has(path))
    .map((path) => `${path}: nothing reaches this module`);
  const untaken = tree.code
    .filter((path) => reached.has(path) && !isEntry(path) && !taken.get(path)?.has("*"))
    .flatMap((path) =>
      tree.modules
        .get(path)
        .exports.filter(({ name, isType, usedHere }) => !taken.get(path)?.has(name) && !(isType && usedHere))
        .map(({ name, line }) => `${path}:${line}: nobody imports ${name}`),
    );
  return [...unreached, ...untaken, ...idleDependencies(tree)];
};

/** Dependencies of a package that its sources, or for devDependencies its tests, do not import. */
const idleDependencies = (tree) =>
  tree.packages
    .filter(({ sources }) => sources.length > 0)
    .flatMap(({ directory, manifest, sources }) => {
      // A manifest named in a string, as in `resolve("@dure/dashboard/package.json")`, is a use: of what is built there.
      const used = (paths) =>
        new Set(
          paths
            .map((path) => tree.modules.get(path))
            .flatMap(({ imports, strings }) => [
              ...imports.map(({ specifier }) => specifier),
              ...strings.filter((string) => /^@?[\w./-]+\/package\.json$/.test(string)),
            ])
            .map((specifier) => readSpecifier(specifier).name),
        );
      const bySources = used(sources.filter((path) => !isTest(path)));
      const byAny = used(sources);
      const idle = (dependencies, users) =>
        Object.keys(dependencies ?? {}).filter((name) => !users.has(name) && !name.startsWith("@types/"));
      return [
        ...idle(manifest.dependencies, bySources).map((name) =>
          byAny.has(name)
            ? `${directory}/package.json: ${name} serves only tests, so it belongs to devDependencies`
            : `${directory}/package.json: nobody imports ${name}`,
        ),
        ...idle(manifest.devDependencies, byAny).map(
          (name) => `${directory}/package.json: nobody imports ${name}`,
        ),
      ];
    });
