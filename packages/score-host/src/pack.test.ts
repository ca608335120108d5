import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { ScoreHostError } from "./error.ts";
import { pack, packTraced } from "./pack.ts";

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Writes files into a new folder and returns the path of the first. */
const project = async (files: Readonly<Record<string, string>>, depth = ""): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "dure-pack-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, depth, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  return join(folder, depth, Object.keys(files)[0]!);
};

const CONTRACT = `import { greet } from "./lib/greet.ts";
/*! a legal comment */
export default { abi: 1, name: "hello", version: "1.0.0", invoke: { hi: (): string => greet("세계 \u{1f600}") }, query: {} };`;
const FILES = {
  "contract.ts": CONTRACT,
  "lib/greet.ts": "export const greet = (who: string): string => 'hi, ' + who;",
  "package.json": '{ "name": "@example/hello" }',
};

test("the whole SDK loads as a contract", async () => {
  const { name } = await pack(fileURLToPath(new URL("../fixtures/whole-sdk.ts", import.meta.url)));
  assert.equal(name, "whole-sdk");
});

test("the same sources give the same text, wherever they lie", async () => {
  const [one, two] = [await pack(await project(FILES)), await pack(await project(FILES, "far/down/here"))];
  assert.deepEqual(one, two);
  assert.deepEqual([one.name, one.version], ["hello", "1.0.0"]);
});

test("a contract without a package.json gives the same text inside of any package", async () => {
  const { "package.json": _, ...files } = FILES;
  const outer = await project({ "package.json": '{ "name": "@example/outer" }' });
  const inner = join(dirname(outer), "inner", "contract.ts");
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(dirname(inner), name)), { recursive: true });
    await writeFile(join(dirname(inner), name), text);
  }
  assert.deepEqual(await pack(inner), await pack(await project(files)));
});

test("the text is readable and names no place on this disk", async () => {
  const { source } = await pack(await project(FILES));
  assert.doesNotMatch(source, /dure-pack|sourceMappingURL|legal comment/);
  assert.ok(!source.includes(tmpdir()) && !source.includes(process.cwd()));
  assert.match(source, /\/\/ score:@example\/hello\/lib\/greet\.ts/);
  assert.match(source, /세계/);
});

test("a contract of the SDK packs", async () => {
  const { name, version, source } = await pack(
    fileURLToPath(new URL("../fixtures/bank.ts", import.meta.url)),
  );
  assert.deepEqual([name, version], ["bank", "1.2.3"]);
  assert.match(source, /\/\/ score:@dure\/score\/dist\/amount\.js/);
});

for (const [name, contract, reason] of [
  ["imports a Node.js module", 'import "node:fs"; export default {};', /node:fs is a Node\.js module/],
  ["imports one by its old name", 'import "crypto"; export default {};', /crypto is a Node\.js module/],
  ["imports at run time", 'export default import("./lib/greet.ts");', /loaded as a whole/],
  ["imports what is not there", 'import "./none.ts"; export default {};', /none\.ts/],
  ["has no default export", "export const a = 1;", /default/],
  ["exports something else", "export default { name: 'x' };", /must be made by contract/],
  ["throws when loaded", "throw new Error('at load'); export default {};", /at load/],
  ["uses what the sandbox lacks", "export default setTimeout(() => {}, 1);", /setTimeout is not a function/],
  ["is not TypeScript", "export default {", /does not bundle/],
] as const)
  test(`a contract that ${name} is refused with the reason`, async () => {
    const entry = await project({ ...FILES, "contract.ts": contract });
    await assert.rejects(pack(entry), (error: Error & { code: string }) => {
      assert.equal(error.code, "CONTRACT_INVALID");
      assert.match(error.message, reason);
      return true;
    });
  });

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url));

test("a syntax that contracts must not have is told with the author's line", async () => {
  for (const packing of [pack, packTraced])
    await assert.rejects(packing(fixture("broken/async")), (error: ScoreHostError) => {
      assert.deepEqual([error.code, error.at], ["CONTRACT_INVALID", "async.ts:5:8"]);
      assert.match(error.message, /async: methods are synchronous \(async\.ts:5:8\)$/);
      return true;
    });
});

test("a text that does not parse is told with the author's line", async () => {
  const entry = await project({ ...FILES, "lib/greet.ts": "export const greet = (\n  who: string) =>;" });
  await assert.rejects(pack(entry), { code: "CONTRACT_INVALID", at: "lib/greet.ts:2:18" });
});

test("packing with traces gives the same text, and a map that names the author's files", async () => {
  const entry = await project(FILES);
  const { source, sourceMap, description, files } = await packTraced(entry);
  assert.equal(source, (await pack(entry)).source);
  assert.equal(description.name, "hello");
  assert.equal(files.length, 2);
  const { sources, ignoreList } = JSON.parse(sourceMap);
  assert.deepEqual(
    sources.filter((_: string, index: number) => !ignoreList.includes(index)),
    ["lib/greet.ts", "contract.ts"],
  );
});
