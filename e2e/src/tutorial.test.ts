/** The tutorial, done as it is written: every file, every command, and what it says that they print. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Devnet, startDevnet, withLogs } from "./harness.ts";
import { blocksIn, changed, isAsTold, type Step, stepsIn } from "./tutorial.ts";
import { until } from "./until.ts";

const PAGES = fileURLToPath(new URL("../../docs/tutorial/", import.meta.url));
const SCRATCH = fileURLToPath(new URL("../dist/tutorial/", import.meta.url));
/** Stands for the repository's folder: below the repository, so that npx finds dure in it, and with a devnet of its own. */
const FOLDER = join(SCRATCH, "dure");

/** Where an `npx` stands that starts what npm's would: npm takes longer to start than most commands take to run. */
const QUICK = join(SCRATCH, "bin");
const QUICK_NPX = `#!/bin/sh
command=$1
shift
exec "${fileURLToPath(new URL("../../node_modules/.bin", import.meta.url))}/$command" "$@"
`;

let devnet: Devnet;
/** The first command of each page goes through npm's own npx, and the others through the quick one. */
let isQuick = false;
const background: { child: ChildProcess; printed: string; read: number }[] = [];

before(async () => {
  await rm(SCRATCH, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await mkdir(QUICK);
  await writeFile(join(QUICK, "npx"), QUICK_NPX, { mode: 0o755 });
  // One peer prints what four do, in half the time; that versions change on four alike is score-store.test.ts's.
  devnet = await startDevnet({ home: join(FOLDER, ".dure"), peers: 1 });
});

/** Ctrl-C, in the terminal of each command that still runs. */
const endBackground = async (): Promise<void> => {
  for (const { child } of background.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    process.kill(-(child.pid as number), "SIGINT");
    await once(child, "exit");
  }
};

after(async () => {
  await endBackground();
  await devnet?.stop();
  await rm(SCRATCH, { recursive: true, force: true });
});

const pageOf = (name: string): Promise<string> => readFile(join(PAGES, name), "utf8");

/** A shell of its own, with all that it starts in one group, as a terminal has it. */
const shell = (command: string, end = "inherit" as "inherit" | "pipe"): ChildProcess =>
  spawn("sh", ["-ec", command], {
    cwd: FOLDER,
    detached: true,
    env: {
      ...process.env,
      NODE_TEST_CONTEXT: undefined,
      npm_config_loglevel: "error",
      ...(isQuick && { PATH: `${QUICK}${delimiter}${process.env["PATH"]}` }),
    },
    stdio: ["ignore", "pipe", end === "pipe" ? "pipe" : "inherit"],
  });

const run = async (step: Extract<Step, { kind: "run" }>): Promise<void> => {
  const child = shell(step.command, "pipe");
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  const [code] = await once(child, "close");
  assert.equal(code !== 0, step.manner === "refused", `status ${code} of ${step.command}\n${printed}`);
  if (step.output !== undefined)
    assert.ok(isAsTold(printed, step.output), `${step.command}prints\n${printed}\nand not\n${step.output}`);
};

const hears = async (output: string): Promise<void> => {
  const told = background.at(-1);
  assert.ok(told !== undefined, "a command runs in the background");
  const look = (): true => {
    const unread = told.printed.slice(told.read);
    assert.ok(isAsTold(unread, output), unread);
    told.read = told.printed.length;
    return true;
  };
  await until(`in the background stands\n${output}`, look, 60_000);
};

const begin = async ({ command, output }: Extract<Step, { kind: "run" }>): Promise<void> => {
  const running = { child: shell(command), printed: "", read: 0 };
  background.push(running);
  running.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    running.printed += text;
  });
  if (output !== undefined) await hears(output);
};

const act = async (step: Step): Promise<void> => {
  switch (step.kind) {
    case "devnet":
      // It runs: the reader's is on the usual ports, and this one where they are free.
      return assert.equal(step.command, "npm start\n");
    case "run":
      return step.manner === "background" ? begin(step) : run(step);
    case "told":
      return hears(step.output);
    case "write":
      return writeFile(join(FOLDER, step.file), step.text);
    case "change": {
      const path = join(FOLDER, step.file);
      return writeFile(path, changed(await readFile(path, "utf8"), step.diff));
    }
  }
};

for (const part of ["score-1", "score-2"])
  test(`${part} happens as it is written`, () =>
    withLogs(devnet, async () => {
      const steps = stepsIn(await pageOf(`${part}.md`));
      assert.ok(steps.length > 10);
      isQuick = false;
      for (const step of steps) {
        await act(step).catch((cause: unknown) => {
          throw new Error(`${part}.md, line ${step.line}: ${(cause as Error).message}`, { cause });
        });
        if (step.kind === "run") isQuick = true;
      }
      await endBackground();
    }));

test("in Korean the tutorial has the same commands, files and outputs", async () => {
  for (const part of ["score-1", "score-2"]) {
    const [english, korean] = await Promise.all(
      [`${part}.md`, `${part}.ko.md`].map(async (name) =>
        blocksIn(await pageOf(name)).map(({ info, text }) => ({ info, text })),
      ),
    );
    assert.deepEqual(korean, english, part);
  }
});

test("what a page says is told from what it does not", () => {
  for (const [printed, told, same] of [
    ["a 7 b\n", "a … b\n", true],
    ["a 7 b\nc\n", "a … b\n", false],
    ["a\nb\nc\n", "a\n…\nc\n", true],
    ["a\nc\n", "a\n…\nc\n", true],
    ["a\nb\nd\n", "a\n…\nc\n", false],
    ["a.\n", "a?\n", false],
  ] as const)
    assert.equal(isAsTold(printed, told), same, `${printed}${told}`);
  assert.equal(changed("a\nb\nc\n", " a\n-b\n+B\n"), "a\nB\nc\n");
  assert.equal(changed("a\nb\nc\n", "-a\n+A\n@@\n b\n+d\n"), "A\nb\nd\nc\n");
  assert.throws(() => changed("a\na\n", "-a\n+b\n"), /just once/);
  assert.throws(() => stepsIn("```sh\nls\n```\n\n```yaml\n```\n"), /line 5/);
});
