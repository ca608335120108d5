/** One direction: a package imports only what stands below it, and names it in its manifest and its references. */
import { readSpecifier, resolveRelative } from "./specifier.mjs";
import { isTest } from "./tree.mjs";

/** The packages from low to high; each may import only from before it. */
export const LAYERS = [
  "crypto",
  "types",
  "consensus",
  "mempool",
  "membership",
  "score",
  "score-host",
  "score-store",
  "ledger",
  "network",
  "node",
  "radiostation",
  "client",
  "dashboard",
  "cli",
  "simulator",
];

const ours = (name) => (name.startsWith("@dure/") ? name.slice("@dure/".length) : undefined);

/** The packages of ours that a module imports, by short name. */
const imported = (tree, paths) =>
  new Set(
    paths
      .flatMap((path) => tree.modules.get(path).imports)
      .map(({ specifier }) => readSpecifier(specifier))
      .filter(({ kind }) => kind === "package")
      .map(({ name }) => ours(name))
      .filter((name) => name !== undefined),
  );

/** A package without an interface is a bundle: what it is made of is in the bundle, and nobody installs it again. */
const isBundle = ({ manifest }) => manifest.exports !== undefined && !Object.hasOwn(manifest.exports, ".");

const importFinding = (tree, owner, path, specifier) => {
  const target = readSpecifier(specifier);
  const files = new Set(tree.files);
  if (target.kind === "builtin") return undefined;
  if (target.kind === "relative") {
    const resolved = resolveRelative(files, path, specifier);
    const home = `${owner.directory}/src/`;
    if (resolved === undefined || isTest(path)) return undefined;
    if (isTest(resolved)) return `${specifier} belongs to the tests`;
    return resolved.startsWith(home) ? undefined : `${specifier} reaches outside ${home}`;
  }
  const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = owner.manifest;
  const root = isTest(path) ? (tree.json("package.json")?.devDependencies ?? {}) : {};
  const declared = {
    ...dependencies,
    ...peerDependencies,
    ...(isTest(path) || isBundle(owner) ? devDependencies : {}),
    ...root,
  };
  const short = ours(target.name);
  if (short !== undefined) {
    const other = tree.packages.find((candidate) => candidate.short === short);
    if (other === undefined) return `${target.name} is no package of this repository`;
    if (LAYERS.indexOf(short) >= LAYERS.indexOf(owner.short))
      return `${target.name} does not stand below ${owner.manifest.name}`;
    if (!Object.hasOwn(other.manifest.exports ?? {}, target.subpath))
      return `${specifier} is not among the exports of ${target.name}`;
  }
  return Object.hasOwn(declared, target.name)
    ? undefined
    : `${target.name} is not declared in ${owner.directory}/package.json`;
};

const referenceFindings = (tree, owner) => {
  const findings = [];
  const { dependencies = {}, devDependencies = {} } = owner.manifest;
  const shorts = (names) => names.map(ours).filter((name) => name !== undefined);
  const referenced = (file) =>
    (tree.json(file)?.references ?? []).map(({ path }) =>
      path === "." ? owner.short : path.replace(/^\.\.\//, "").replace(/\/(tsconfig\.json)?$/, ""),
    );
  const sources = `${owner.directory}/tsconfig.json`;
  const tests = `${owner.directory}/tsconfig.test.json`;
  const below = shorts(Object.keys(dependencies));
  for (const short of below)
    if (!referenced(sources).includes(short)) findings.push(`${sources}: no reference to ../${short}`);
  for (const short of referenced(sources))
    if (!below.includes(short)) findings.push(`${sources}: a reference to ../${short}, no dependency`);
  const testPaths = owner.sources.filter(isTest);
  if (testPaths.length === 0) return findings;
  for (const short of new Set([owner.short, ...imported(tree, testPaths)]))
    if (!referenced(tests).includes(short)) findings.push(`${tests}: no reference to ${short}`);
  const allowed = [owner.short, ...below, ...shorts(Object.keys(devDependencies))];
  for (const short of referenced(tests))
    if (!allowed.includes(short)) findings.push(`${tests}: a reference to ../${short}, no dependency`);
  return findings;
};

/** Code beside the packages (examples, end-to-end tests) uses them as anyone else would: by their exports. */
const outsideFindings = (tree) =>
  [...tree.modules.values()]
    .filter(({ path }) => /^(examples|e2e|benchmarks)\//.test(path))
    .flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier, line }) => {
        const target = readSpecifier(specifier);
        const short = target.kind === "package" ? ours(target.name) : undefined;
        if (target.kind === "relative" && /(^|\/)packages\//.test(specifier))
          return [`${path}:${line}: ${specifier} reaches into a package`];
        if (short === undefined) return [];
        const other = tree.packages.find((candidate) => candidate.short === short);
        return other !== undefined && Object.hasOwn(other.manifest.exports ?? {}, target.subpath)
          ? []
          : [`${path}:${line}: ${specifier} is not among the exports of ${target.name}`];
      }),
    );

/** Returns a sentence per breach. */
export const importDirections = (tree) => [
  ...tree.packages.flatMap((owner) => [
    ...(LAYERS.includes(owner.short) ? [] : [`${owner.directory}: no place among the layers`]),
    ...owner.sources.flatMap((path) =>
      tree.modules.get(path).imports.flatMap(({ specifier, line }) => {
        const finding = importFinding(tree, owner, path, specifier);
        return finding === undefined ? [] : [`${path}:${line}: ${finding}`];
      }),
    ),
    ...referenceFindings(tree, owner),
  ]),
  ...outsideFindings(tree),
];
