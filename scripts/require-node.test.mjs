import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";

const REQUIRE = JSON.stringify(new URL("./require-node.mjs", import.meta.url).href);

/** What a process says and returns that asks for this version before it prints `went on`. */
const ask = (major, minor) =>
  spawnSync(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { requireNode } from ${REQUIRE}; requireNode(${major}, ${minor}, "dure"); console.log("went on");`,
    ],
    { encoding: "utf8" },
  );

const [major, minor] = process.versions.node.split(".").map(Number);

test("this version and older ones will do", () => {
  for (const { status, stdout } of [ask(major, minor), ask(major - 1, minor + 50)])
    assert.deepEqual({ status, stdout }, { status: 0, stdout: "went on\n" });
});

test("a newer one that is needed is named in a sentence, and nothing else runs", () => {
  for (const [wanted, result] of [
    [`${major}.${minor + 1}`, ask(major, minor + 1)],
    [`${major + 1}.0`, ask(major + 1, 0)],
  ]) {
    assert.equal(result.status, 1);
    assert.equal(result.stdout, "");
    assert.match(
      result.stderr,
      new RegExp(`^dure needs Node\\.js ${wanted} or later; this is ${process.version}\\.\n`),
    );
  }
});
