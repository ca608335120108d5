/** The shape of the tree: names of files, their length, and what every package has to say about itself. */

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;

/** Names that say nothing: what such a file holds belongs to two other files. */
const EMPTY_NAMES = /(^|-)(utils?|helpers?|common|misc|managers?|services?|impl)(-|\.|$)/;

const LINES_MAX = 400;

/** Files of this repository that are long for a reason. */
export const LONG = new Map([
  [
    "packages/node/src/channel/channel.ts",
    "where the parts of a channel meet, each of which has its own file",
  ],
  ["packages/network/src/hostile.test.ts", "one adversary and all that it tries, over the same few helpers"],
]);

const nameFindings = (path) =>
  path
    .split("/")
    .flatMap((segment) => [
      ...(KEBAB.test(segment) ? [] : [`${path}: ${segment} is not kebab-case`]),
      ...(EMPTY_NAMES.test(segment) ? [`${path}: ${segment} says nothing about what it holds`] : []),
    ]);

const lengthFindings = (tree, long) => [
  ...tree.code.flatMap((path) => {
    const lines = tree.text(path).split("\n").length - 1;
    return lines <= LINES_MAX || long.has(path)
      ? []
      : [`${path}: ${lines} lines; split it, or give a reason`];
  }),
  ...[...long.keys()]
    .filter((path) => !tree.files.includes(path) || tree.text(path).split("\n").length - 1 <= LINES_MAX)
    .map((path) => `${path}: need not be on the list of long files any more`),
];

const packageFindings = (tree) =>
  tree.packages.flatMap(({ directory, manifest, sources }) => {
    if (sources.length === 0) return [];
    const findings = [];
    const readme = `${directory}/README.md`;
    if (!tree.files.includes(readme)) findings.push(`${directory}: no README.md`);
    else if (!tree.text(readme).startsWith(`# ${manifest.name}\n`))
      findings.push(`${readme}: does not begin with "# ${manifest.name}"`);
    const index = sources.find((path) => /\/src\/index\.tsx?$/.test(path));
    if (index !== undefined && !tree.modules.get(index).opensWithComment)
      findings.push(`${index}: does not open with a comment that says what the package is`);
    return findings;
  });

/** Returns a sentence per breach; `long` is the list of files that may be long. */
export const shapeFindings = (tree, long = new Map()) => [
  ...tree.code.flatMap(nameFindings),
  ...lengthFindings(tree, long),
  ...packageFindings(tree),
];
