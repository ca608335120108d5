import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { create } from "tar";

const BIN = fileURLToPath(new URL("../../bin/dure.mjs", import.meta.url));
const parent = await realpath(await mkdtemp(join(tmpdir(), "dure-score-test-")));
after(() => rm(parent, { recursive: true, force: true }));

type Ended = { readonly status: number; readonly stdout: string; readonly stderr: string };

const dure = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [BIN, "score", ...args], { cwd: parent }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

const done = async (...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await dure(...args);
  assert.equal(status, 0, stderr + stdout);
  return stdout;
};

const refused = async (message: RegExp, ...args: string[]): Promise<void> => {
  const { status, stderr } = await dure(...args);
  assert.notEqual(status, 0);
  assert.match(stderr, message);
};

const git = (directory: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "-C", directory, ...args], {
    encoding: "utf8",
  }).trim();

/** A new contract of the template, changed. */
const made = async (name: string, files: Readonly<Record<string, string>> = {}): Promise<string> => {
  const directory = join(parent, name);
  await done("new", directory, "--name", "counter");
  for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
  return directory;
};

const counter = await made("counter");

test("a new contract passes its own test and check at once", async () => {
  assert.match(await done("test", counter), /pass 1\b/);
  const facts = JSON.parse(await done("check", counter, "--json"));
  assert.deepEqual([facts.id, facts.version, facts.typesChecked], ["counter", "1.0.0", true]);
  assert.deepEqual(facts.functions, {
    init: true,
    invoke: ["add"],
    migrate: false,
    query: ["count"],
    rollback: false,
  });
  assert.match(await done("check", counter), new RegExp(facts.hash));
});

test("nothing is written into a directory that holds something, and a name must be one", async () => {
  await refused(/not empty.*SCORE_EXISTS/, "new", counter);
  await refused(/no SCORE's name.*USAGE/, "new", join(parent, "Über"));
});

test("a test that fails is shown at the author's line, and fails the command", async () => {
  const text = await readFile(join(counter, "contract.test.ts"), "utf8");
  const directory = await made("failing", { "contract.test.ts": text.replace("sum: 3", "sum: 4") });
  const { status, stdout } = await dure("test", directory);
  assert.equal(status, 1);
  const line = text.split("\n").findIndex((each) => each.includes("sum: 3")) + 1;
  assert.match(stdout, new RegExp(`contract\\.test\\.ts:${line}`));
});

test("types that do not hold are found", async () => {
  const text = await readFile(join(counter, "contract.ts"), "utf8");
  const directory = await made("mistyped", { "contract.ts": `${text}export const x: number = "a";\n` });
  const { status, stdout, stderr } = await dure("check", directory, "--json");
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /contract\.ts.*TS2322[\s\S]*SCORE_INVALID/);
  // Before any network is looked for.
  await refused(/contract\.ts.*TS2322[\s\S]*SCORE_INVALID/, "deploy", directory, "--home", parent);
});

test("what a contract throws as it loads is told with the author's line", async () => {
  const text = await readFile(join(counter, "contract.ts"), "utf8");
  const lines = `${text}const none: number[] = [];\nnone[1]!.toFixed();\n`;
  const directory = await made("throwing", { "contract.ts": lines });
  const line = lines.split("\n").length - 1;
  await refused(new RegExp(`contract\\.ts:${line}:\\d+\\).*CONTRACT_INVALID`), "pack", directory);
});

for (const [name, change, message] of [
  ["another name", { id: "other" }, /says that this is other/],
  ["another version", { version: "2.0.0" }, /says version 2\.0\.0/],
  ["a method too many", { functions: { invoke: ["add", "take"] } }, /take, which the contract does not have/],
  ["a method too few", { functions: { query: [] } }, /count, which package.json does not name/],
  ["a step that is not there", { functions: { migrate: true } }, /true of migrate/],
  ["an unknown step", { functions: { install: true } }, /install in package.json means nothing/],
] as const)
  test(`a package.json with ${name} is refused`, async () => {
    const manifest = JSON.parse(await readFile(join(counter, "package.json"), "utf8"));
    const directory = await made(name.replaceAll(" ", "-"), {
      "package.json": JSON.stringify({ ...manifest, ...change }),
    });
    await refused(message, "pack", directory);
  });

test("check --write has package.json say what the contract says, and leaves all else in it", async () => {
  const text = await readFile(join(counter, "contract.ts"), "utf8");
  const manifest = JSON.parse(await readFile(join(counter, "package.json"), "utf8"));
  const directory = await made("written", {
    "contract.ts": text.replace('"1.0.0"', '"1.1.0"').replace("count: method", "sum: method"),
    "package.json": JSON.stringify({ ...manifest, keywords: ["mine"] }),
  });
  await refused(/says version 1\.0\.0/, "check", directory);
  assert.match(await done("check", directory, "--write"), /counter 1\.1\.0[\s\S]*query {3}sum/);
  assert.deepEqual(JSON.parse(await readFile(join(directory, "package.json"), "utf8")), {
    ...manifest,
    keywords: ["mine"],
    version: "1.1.0",
    functions: { ...manifest.functions, query: ["sum"] },
  });
  await done("check", directory);

  const foreign = JSON.stringify({ name: "an-application", type: "module" });
  await writeFile(join(directory, "package.json"), foreign);
  await refused(/no package\.json with an "id"/, "check", directory, "--write");
  assert.equal(await readFile(join(directory, "package.json"), "utf8"), foreign);
});

test("types for clients come from a contract's sources and from its package alike", async () => {
  const typed = await done("types", counter);
  assert.match(typed, /export type AddParams = \{\n {2}readonly by: number;\n\};/);
  const packed = join(parent, "typed.score.json");
  await done("pack", counter, "-o", packed);
  const file = join(parent, "api.ts");
  assert.match(await done("types", packed, "-o", file), /types of counter 1\.0\.0 are in/);
  assert.equal(await readFile(file, "utf8"), typed);
});

test("a directory, its file, its archive and its commit pack to the same bytes", async () => {
  const text = await done("pack", counter, "-o", "-");
  assert.equal(await done("pack", join(counter, "contract.ts"), "-o", "-"), text);
  const elsewhere = join(parent, "far", "away");
  await mkdir(join(parent, "far"));
  await writeFile(join(parent, "far", "package.json"), '{ "name": "outer" }');
  await cp(counter, elsewhere, { recursive: true, filter: (path) => !path.includes("node_modules") });
  assert.equal(await done("pack", elsewhere, "-o", "-"), text);

  const archive = join(parent, "counter.tgz");
  const files = ["contract.ts", "contract.test.ts", "package.json"];
  await create({ file: archive, gzip: true, cwd: counter, prefix: "package" }, files);
  assert.equal(await done("pack", archive, "-o", "-"), text);

  git(elsewhere, "init", "--quiet");
  git(elsewhere, "add", "contract.ts", "package.json");
  git(elsewhere, "commit", "--quiet", "-m", "one");
  const commit = git(elsewhere, "rev-parse", "HEAD");
  await writeFile(join(elsewhere, "contract.ts"), "changed");
  git(elsewhere, "commit", "--quiet", "-a", "-m", "two");
  assert.equal(await done("pack", `git+file://${elsewhere}#${commit}`, "-o", "-"), text);
  await refused(/names no commit.*USAGE/, "pack", `git+file://${elsewhere}#main`);
  await refused(/SCORE_SOURCE/, "pack", `git+file://${elsewhere}#${"0".repeat(40)}`);

  const packed = join(parent, "packed.json");
  await done("pack", counter, "-o", packed);
  assert.equal(await readFile(packed, "utf8"), text);
  assert.equal(await done("pack", packed, "-o", "-"), text);
  await writeFile(packed, text.replace('"invoke":["add"]', '"invoke":["bad"]'));
  await refused(/bad, which the contract does not have/, "pack", packed);
});

/** An archive with one entry, whose header says what `create` would not write. */
const archiveOf = async (name: string, path: string, type = "0", link = ""): Promise<string> => {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write("00000000000\0", 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157);
  header.write("ustar\0" + "00", 257);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const { gzipSync } = await import("node:zlib");
  const file = join(parent, name);
  await writeFile(file, gzipSync(Buffer.concat([header, Buffer.alloc(1024)])));
  return file;
};

test("an archive that would leave its folder, or holds a link, is refused before anything is written", async () => {
  for (const [at, path] of ["../out.ts", "a/../../out.ts", "/out.ts", "..\\out.ts", "c:out.ts"].entries())
    await refused(/leads outside|refused/, "pack", await archiveOf(`out${at}.tgz`, path));
  await refused(/SymbolicLink/, "pack", await archiveOf("link.tgz", "contract.ts", "2", "/etc/hosts"));
  await refused(/Link/, "pack", await archiveOf("hard.tgz", "contract.ts", "1", "/etc/hosts"));
});

test("an archive that is none, or unpacks to more than it may, is refused", async () => {
  const { gzipSync } = await import("node:zlib");
  const bomb = join(parent, "bomb.tgz");
  await writeFile(bomb, gzipSync(Buffer.alloc((64 << 20) + 1)));
  await refused(/no archive in gzip of at most/, "pack", bomb);
  const text = join(parent, "text.tgz");
  await writeFile(text, "no archive");
  await refused(/no archive in gzip/, "pack", text);
  await refused(/does not exist.*SCORE_SOURCE/, "pack", join(parent, "none.tgz"));
});

test("a link in a repository is no way out of it", async () => {
  const directory = join(parent, "linking");
  await mkdir(directory);
  await symlink("/etc/hosts", join(directory, "data.json"));
  await writeFile(join(directory, "contract.ts"), 'import data from "./data.json";\nexport default data;\n');
  git(directory, "init", "--quiet");
  git(directory, "add", ".");
  git(directory, "commit", "--quiet", "-m", "one");
  const { stderr } = await dure("pack", `git+file://${directory}#${git(directory, "rev-parse", "HEAD")}`);
  // The link came as a file with its target's name, which is no JSON.
  assert.match(stderr, /data\.json.*JSON|JSON.*data\.json|does not bundle/s);
  assert.doesNotMatch(stderr, /localhost/);
});
