/** What `npm test` does: its parts in order, each with a heading and its time, and a verdict at the end. */
import { basename, join, relative } from "node:path";
import { build } from "./build.mjs";
import { elapsed } from "./elapsed.mjs";
import { installIfStale } from "./install.mjs";
import { filesBelow, projects, testsOf } from "./projects.mjs";
import { root } from "./root.mjs";
import { runNode } from "./run.mjs";

/** Node's test runner over explicit files: directories work only on Node 20, globs only on later ones. */
const runTests = (files, { concurrency, timeoutMs, flags }) => {
  const env = { ...process.env };
  // Set when this command is itself run by a test: the runner would then speak binary to a parent that is not there.
  delete env.NODE_TEST_CONTEXT;
  const timeout = flags.some((flag) => flag.startsWith("--test-timeout"))
    ? []
    : [`--test-timeout=${timeoutMs}`];
  return runNode(
    [
      "--test",
      "--test-reporter=spec",
      `--test-concurrency=${concurrency}`,
      ...timeout,
      ...flags,
      ...files.map((path) => relative(root, path)),
    ],
    { cwd: root, env },
  );
};

/** Tests that load the machine as far as it goes, and are to have it for themselves. */
const ALONE = new Set(["recovery.test.js", "score-hosts.test.js"]);

const compiledTests = async (isMember, options) => {
  const found = projects(root).filter(isMember).map(testsOf);
  const missing = found.flatMap((tests) => tests.missing);
  for (const path of missing) console.error(`Not compiled, so not run: ${relative(root, path)}`);
  const files = found.flatMap((tests) => tests.ready);
  if (files.length === 0) return { note: "no tests", code: missing.length === 0 ? 0 : 1 };
  const [alone, others] = [true, false].map((is) => files.filter((path) => ALONE.has(basename(path)) === is));
  let code = await runTests(others, options);
  if (alone.length > 0 && code <= 128) code = (await runTests(alone, { ...options, concurrency: 1 })) || code;
  return { note: `${files.length} files`, code: missing.length === 0 ? code : code || 1 };
};

/** The parts in their order: each runs with the flags for Node's runner and returns `{ code, note? }`. */
const parts = {
  lint: {
    title: "Format and lint (biome)",
    run: async () => ({
      code: await runNode(
        [join("node_modules", "@biomejs", "biome", "bin", "biome"), "check", "--error-on-warnings", "."],
        {
          cwd: root,
        },
      ),
    }),
  },
  types: {
    title: "Types and build (tsc -b)",
    run: async () => ({ code: await build(root, { everything: true }) }),
  },
  house: {
    title: "House rules (imports, purity, dead code, dependencies, shape, words, links) and scripts",
    run: async (flags) => {
      const files = ["house", "scripts"]
        .flatMap((name) => filesBelow(join(root, name)))
        .filter((path) => path.endsWith(".test.mjs"));
      return { code: await runTests(files, { concurrency: 2, timeoutMs: 120_000, flags }) };
    },
  },
  unit: {
    title: "Unit and property tests",
    run: (flags) =>
      compiledTests(({ name }) => name.startsWith("packages/") || name === "examples", {
        concurrency: 3,
        timeoutMs: 300_000,
        flags,
      }),
  },
  e2e: {
    title: "End-to-end tests, two files at a time, and those that load the machine alone",
    run: (flags) =>
      compiledTests(({ name }) => name === "e2e", { concurrency: 2, timeoutMs: 600_000, flags }),
  },
};

const usage = `usage: npm test [-- part ...] [--test-...]
parts: ${Object.keys(parts).join(" ")} (all of them when none is named)
Options that begin with --test- go to Node's test runner, such as --test-name-pattern=... or --test-timeout=60000.`;

/** The chosen parts' names in order; `unit` and `e2e` bring `types` along, for they run what it compiles. */
const choose = (names) => {
  const wanted = new Set(names.length === 0 ? Object.keys(parts) : names);
  if (wanted.has("unit") || wanted.has("e2e")) wanted.add("types");
  return Object.keys(parts).filter((name) => wanted.has(name));
};

/**
 * Runs the chosen parts, all of them even when one fails, and sets the exit code: 0 when all pass, 1 when one
 * does not, 2 when the arguments are not understood.
 *
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
export const main = async (args) => {
  const flags = args.filter((arg) => arg.startsWith("--test-"));
  const names = args.filter((arg) => !arg.startsWith("--test-"));
  if (names.some((name) => !Object.hasOwn(parts, name))) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const whole = elapsed();
  const code = await installIfStale(root, console.log);
  if (code !== 0) {
    process.exitCode = 1;
    return;
  }
  const results = [];
  for (const name of choose(names)) {
    console.log(`\n== ${name}: ${parts[name].title}`);
    const clock = elapsed();
    const result = await parts[name].run(flags);
    results.push({ name, ...result, time: clock() });
    console.log(`== ${name}: ${result.code === 0 ? "passed" : "FAILED"} in ${results.at(-1).time}`);
    if (result.code > 128) break; // ended by a signal, such as Ctrl-C: nobody waits for the rest
  }
  const failed = results.filter((result) => result.code !== 0).map((result) => result.name);
  console.log(`\n== Summary (${whole()})`);
  for (const { name, code, note, time } of results)
    console.log(
      `   ${code === 0 ? "passed" : "FAILED"}  ${name.padEnd(6)} ${time}${note ? `, ${note}` : ""}`,
    );
  if (failed.length > 0)
    console.log(`\nFailed: ${failed.join(", ")}. Run one alone with: npm test -- ${failed[0]}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
};
