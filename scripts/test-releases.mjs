/** What `npm run test:nodes` does: the tests under one release of Node.js after the other, and a verdict. */
import { delimiter, dirname, join } from "node:path";
import { elapsed } from "./elapsed.mjs";
import { installIfStale } from "./install.mjs";
import { provideNode, RELEASES } from "./node-releases.mjs";
import { root } from "./root.mjs";
import { run } from "./run.mjs";

/**
 * The environment in which `node` is the given binary for whoever looks for it on the path: npm's scripts, and what
 * they start. Windows writes the name as it likes (`Path`) and takes any; two spellings at once would hide one.
 */
export const environmentOf = (binary, env) => {
  const others = Object.entries(env).filter(([name]) => name.toUpperCase() !== "PATH");
  const before = Object.entries(env).find(([name]) => name.toUpperCase() === "PATH")?.[1] ?? "";
  return { ...Object.fromEntries(others), PATH: [dirname(binary), before].filter(Boolean).join(delimiter) };
};

/** Tells releases, which are numbers, from what is meant for `npm test`; all releases when none is named. */
export const readArguments = (args) => {
  const given = args.filter((arg) => arg !== "--");
  const named = given.filter((arg) => /^\d+$/.test(arg));
  return {
    releases: named.length === 0 ? RELEASES : [...new Set(named)],
    rest: given.filter((arg) => !/^\d+$/.test(arg)),
  };
};

const testUnder = async (release, rest) => {
  const binary = await provideNode(root, release, console.log);
  console.log(`\n==== Node.js ${release}: ${binary}`);
  const npm = process.env.npm_execpath;
  // npm itself runs under that release too; started without npm, its script does what `npm test` would.
  const args = npm?.endsWith("npm-cli.js")
    ? [npm, "test", "--", ...rest]
    : [join(root, "scripts", "test.mjs"), ...rest];
  return run(binary, args, { cwd: root, env: environmentOf(binary, process.env) });
};

/**
 * Runs the tests under each release named, all of them even when one fails, and sets the exit code: 0 when all pass,
 * 1 when one does not, 2 when a release is not known.
 *
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
export const main = async (args) => {
  const { releases, rest } = readArguments(args);
  const unknown = releases.filter((release) => !RELEASES.includes(release));
  if (unknown.length > 0) {
    console.error(`No Node.js ${unknown.join(", ")} here: choose from ${RELEASES.join(", ")}`);
    process.exitCode = 2;
    return;
  }
  // First, for it empties node_modules, where the releases stand.
  process.exitCode = 1;
  if ((await installIfStale(root, console.log)) !== 0) return;
  const results = [];
  for (const release of releases) {
    const clock = elapsed();
    const code = await testUnder(release, rest).catch((error) => {
      console.error(error.message);
      return 1;
    });
    results.push({ release, code, time: clock() });
    if (code > 128) break; // ended by a signal, such as Ctrl-C: nobody waits for the rest
  }
  console.log("\n==== Releases of Node.js");
  for (const { release, code, time } of results)
    console.log(`   ${code === 0 ? "passed" : "FAILED"}  ${release}  ${time}`);
  process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;
};
