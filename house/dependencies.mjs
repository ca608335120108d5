/** Dependencies are pinned exactly, once, and each third-party one has its row in docs/dependencies.md. */

const DOCUMENT = "docs/dependencies.md";
const EXACT = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const FIELDS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "overrides"];

const declarations = (tree) =>
  tree.files
    .filter((path) => /(^|\/)package\.json$/.test(path))
    .flatMap((path) => {
      const manifest = tree.json(path);
      return FIELDS.flatMap((field) =>
        Object.entries(manifest[field] ?? {}).map(([name, version]) => ({ path, field, name, version })),
      );
    });

/** Rows look like "| `name` | `1.2.3` | ..."; returns `{ name, version, line }` for each. */
const rows = (text) =>
  text.split("\n").flatMap((line, at) => {
    const match = /^\|\s*`([^`]+)`\s*\|\s*`([^`]+)`\s*\|/.exec(line);
    return match === null ? [] : [{ name: match[1], version: match[2], line: at + 1 }];
  });

/**
 * Where package-lock.json disagrees with a manifest: `npm ci`, and so every fresh clone, refuses a lock that does
 * not record what the manifests ask for.
 */
const lockFindings = (tree) => {
  const lock = tree.json("package-lock.json")?.packages;
  if (lock === undefined) return [];
  return [
    ["", "package.json"],
    ...tree.packages.map(({ directory }) => [directory, `${directory}/package.json`]),
  ]
    .filter(([key, path]) =>
      ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].some((field) => {
        const sorted = (entries = {}) => JSON.stringify(Object.entries(entries).sort());
        return sorted(tree.json(path)?.[field]) !== sorted(lock[key]?.[field]);
      }),
    )
    .map(([, path]) => `package-lock.json: out of step with ${path}; run npm install`);
};

/** Returns a sentence per breach. */
export const dependencyFindings = (tree) => {
  const versionOfOurs = new Map(tree.packages.map(({ manifest }) => [manifest.name, manifest.version]));
  const declared = declarations(tree);
  const findings = declared
    .filter(({ version }) => !EXACT.test(version))
    .map(({ path, name, version }) => `${path}: ${name} is not pinned exactly: ${version}`);
  const thirdParty = new Map();
  for (const { path, name, version } of declared) {
    const ours = versionOfOurs.get(name);
    if (ours !== undefined && ours !== version)
      findings.push(`${path}: ${name} is ${ours} here, not ${version}`);
    if (ours !== undefined || name.startsWith("@dure/")) continue;
    const first = thirdParty.get(name) ?? { path, version };
    thirdParty.set(name, first);
    if (first.version !== version)
      findings.push(`${path}: ${name} is ${version} here and ${first.version} in ${first.path}`);
  }
  const listed = rows(tree.files.includes(DOCUMENT) ? tree.text(DOCUMENT) : "");
  for (const [name, { path, version }] of thirdParty) {
    const row = listed.find((candidate) => candidate.name === name);
    if (row === undefined) findings.push(`${DOCUMENT}: no row for ${name}, which ${path} names`);
    else if (row.version !== version)
      findings.push(`${DOCUMENT}:${row.line}: ${name} is ${version} in ${path}, not ${row.version}`);
  }
  for (const { name, line } of listed)
    if (!thirdParty.has(name)) findings.push(`${DOCUMENT}:${line}: nothing depends on ${name} any more`);
  return [...findings, ...lockFindings(tree)];
};
