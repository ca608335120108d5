import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { delimiter, dirname } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { packageOf, RELEASES } from "./node-releases.mjs";
import { environmentOf, readArguments } from "./test-releases.mjs";

const COMMAND = fileURLToPath(new URL("./test-nodes.mjs", import.meta.url));

test("every release is pinned exactly, to that release, on every platform that has it", () => {
  for (const release of RELEASES)
    for (const platform of ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"])
      assert.match(packageOf(release, platform).version, new RegExp(`^${release}\\.\\d+\\.\\d+$`));
  assert.throws(() => packageOf("22", "sunos-x64"), /no Node.js 22 for sunos-x64/);
});

test("numbers are releases and the rest goes to npm test; without numbers all releases run", () => {
  assert.deepEqual(readArguments(["24", "--", "lint", "--test-timeout=5"]), {
    releases: ["24"],
    rest: ["lint", "--test-timeout=5"],
  });
  assert.deepEqual(readArguments(["unit"]), { releases: RELEASES, rest: ["unit"] });
});

test("whoever looks for node on the path finds the given one, however the path is spelt", () => {
  const binary = process.execPath;
  for (const name of ["PATH", "Path"]) {
    const env = environmentOf(binary, { [name]: "elsewhere", KEPT: "yes" });
    assert.deepEqual(env, { KEPT: "yes", PATH: `${dirname(binary)}${delimiter}elsewhere` });
  }
});

test("a release that is not known is refused before anything is installed", () => {
  const { status, stderr } = spawnSync(process.execPath, [COMMAND, "7"], { encoding: "utf8" });
  assert.equal(status, 2);
  assert.match(stderr, /No Node.js 7 here/);
});
