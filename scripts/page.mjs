/** The page's bundle: Vite makes it out of the dashboard's sources and of what the compiler made of the packages below. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { filesBelow } from "./projects.mjs";
import { runNode } from "./run.mjs";

const DASHBOARD = "packages/dashboard";

/** The package and those of this repository that it depends on, directly or not, by their directories. */
const withDependencies = (root, directory, seen = new Set()) => {
  const manifest = join(root, directory, "package.json");
  if (seen.has(directory) || !existsSync(manifest)) return seen;
  seen.add(directory);
  for (const name of Object.keys(JSON.parse(readFileSync(manifest, "utf8")).dependencies ?? {}))
    if (name.startsWith("@dure/")) withDependencies(root, `packages/${name.slice("@dure/".length)}`, seen);
  return seen;
};

const inputs = (root) => [
  join(root, "package-lock.json"),
  ...["index.html", "package.json"].map((name) => join(root, DASHBOARD, name)),
  ...filesBelow(join(root, DASHBOARD, "src")),
  ...[...withDependencies(root, DASHBOARD)]
    .filter((directory) => directory !== DASHBOARD)
    .flatMap((directory) => filesBelow(join(root, directory, "dist")))
    .filter((path) => path.endsWith(".js")),
];

/** Changes whenever one of the bundle's inputs is written, comes or goes. */
const fingerprint = (root) => {
  const hash = createHash("sha256");
  for (const path of inputs(root)
    .filter((path) => existsSync(path) && !/\.test\.(tsx?|js)$/.test(path))
    .sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
};

/**
 * Bundles the page into packages/dashboard/dist unless that is up to date. Returns Vite's exit code; nothing is fetched
 * from anywhere. `bundle` is for tests.
 *
 * @param {string} root
 * @param {(root: string) => Promise<number>} [bundle]
 * @returns {Promise<number>}
 */
export const buildPage = async (root, bundle = runVite) => {
  if (!existsSync(join(root, DASHBOARD, "index.html"))) return 0;
  // Beside the compiler's output, for what stands in dist is served to everyone.
  const stamp = join(root, DASHBOARD, "compiled", "dist", ".page");
  const wanted = fingerprint(root);
  const isThere = existsSync(join(root, DASHBOARD, "dist", "index.html")) && existsSync(stamp);
  if (isThere && readFileSync(stamp, "utf8") === wanted) return 0;
  const code = await bundle(root);
  if (code === 0) {
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, wanted);
  }
  return code;
};

const runVite = (root) =>
  runNode(
    [
      join("node_modules", "vite", "bin", "vite.js"),
      ...["build", DASHBOARD, "--config", `${DASHBOARD}/src/vite.config.ts`, "--logLevel", "warn"],
    ],
    { cwd: root },
  );
