import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CliError } from "../error.ts";
import { type DevnetSettings, inspectHome, writeMarker } from "./devnet-home.ts";
import { findDevnet } from "./find-devnet.ts";
import { resetHome } from "./reset-home.ts";

const made: string[] = [];
after(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))));

const directory = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), "dure-cli-"));
  made.push(path);
  return path;
};

const settings: DevnetSettings = { peers: 4, portOffset: 10, blockIntervalMs: 20, spinInterval: 3 };

const failsWith = (code: string, work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => error instanceof CliError && error.code === code);

test("a missing and an empty directory are new homes", async () => {
  const empty = await directory();
  assert.deepEqual(await inspectHome(empty), { state: "new" });
  assert.deepEqual(await inspectHome(join(empty, "missing")), { state: "new" });
});

test("a marked directory is a devnet's home with its settings", async () => {
  const home = await directory();
  await writeMarker(home, settings);
  assert.deepEqual(await inspectHome(home), { state: "devnet", settings });
});

test("a directory with other content is refused, and so is a file", async () => {
  const home = await directory();
  await writeFile(join(home, "notes.txt"), "mine");
  await failsWith("HOME_FOREIGN", inspectHome(home));
  await failsWith("HOME_FOREIGN", inspectHome(join(home, "notes.txt")));
});

test("a marker that says something else is told apart from a damaged one", async () => {
  const home = await directory();
  const cases: readonly (readonly [string, string])[] = [
    ["{", "HOME_DAMAGED"],
    ["null", "HOME_DAMAGED"],
    ['{"kind":"other/thing"}', "HOME_FOREIGN"],
    ['{"kind":"dure/devnet","version":2,"peers":4,"portOffset":0}', "HOME_VERSION"],
    ['{"kind":"dure/devnet","version":1,"peers":0,"portOffset":0}', "HOME_DAMAGED"],
    ['{"kind":"dure/devnet","version":1,"peers":4}', "HOME_DAMAGED"],
    ['{"kind":"dure/devnet","version":1,"peers":4,"portOffset":0,"spinInterval":"1"}', "HOME_DAMAGED"],
  ];
  for (const [text, code] of cases) {
    await writeFile(join(home, "devnet.json"), text);
    await failsWith(code, inspectHome(home));
  }
});

test("reset empties a devnet's home and leaves the directory", async () => {
  const home = await directory();
  await writeMarker(home, settings);
  await mkdir(join(home, "peer11", "channels"), { recursive: true });
  await writeFile(join(home, "found.json"), "{}");
  await resetHome(home);
  assert.deepEqual(await readdir(home), []);
});

test("reset deletes a home of another version, which cannot be used", async () => {
  const home = await directory();
  await writeFile(join(home, "devnet.json"), '{"kind":"dure/devnet","version":7}');
  await resetHome(home);
  assert.deepEqual(await readdir(home), []);
});

test("reset deletes nothing from a directory that is not recognisably a devnet's", async () => {
  const home = await directory();
  await mkdir(join(home, "peer0"));
  await writeFile(join(home, "peer0", "consensus.key"), "precious");
  await failsWith("HOME_FOREIGN", resetHome(home));
  await writeFile(join(home, "devnet.json"), "{");
  await failsWith("HOME_DAMAGED", resetHome(home));
  assert.equal(await readFile(join(home, "peer0", "consensus.key"), "utf8"), "precious");
});

test("reset deletes nothing at all if a single entry is not a devnet's", async () => {
  const home = await directory();
  await writeMarker(home, settings);
  await mkdir(join(home, "peer0"));
  await writeFile(join(home, "thesis.tex"), "years of work");
  await failsWith("HOME_FOREIGN", resetHome(home));
  assert.deepEqual((await readdir(home)).sort(), ["devnet.json", "peer0", "thesis.tex"]);
});

test("a devnet is found from a directory below its home's place, and the nearest one wins", async () => {
  const outer = await directory();
  const inner = join(outer, "a");
  await writeMarker(join(outer, ".dure"), settings);
  await mkdir(join(inner, "b"), { recursive: true });
  assert.equal((await findDevnet(undefined, join(inner, "b")))?.home, join(outer, ".dure"));
  await writeMarker(join(inner, ".dure"), { ...settings, portOffset: 11 });
  assert.equal((await findDevnet(undefined, join(inner, "b")))?.settings.portOffset, 11);
});

test("a home that is named but is none is an error, not a guess", async () => {
  const outer = await directory();
  await writeMarker(join(outer, ".dure"), settings);
  await failsWith("HOME_MISSING", findDevnet("elsewhere", outer));
});
