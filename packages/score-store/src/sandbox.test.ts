import assert from "node:assert/strict";
import { test } from "node:test";
import { type TestKit, testKit } from "@dure/score-host/test-kit";
import { scorePackage, sha256 } from "./chain.fixture.test.ts";
import { formatPackage, packageHash, partsOf } from "./package.ts";

const withKit = async (work: (kit: TestKit) => Promise<void>): Promise<void> => {
  const kit = await testKit({ entry: new URL("../src/contract.ts", import.meta.url) });
  try {
    await work(kit);
  } finally {
    await kit.close();
  }
};

test("the contract loads in the sandbox that peers run, and founds itself", () =>
  withKit(async (kit) => {
    assert.deepEqual((await kit.query("list")).result, [
      { score: "score-store", version: "1.0.0", hash: "", active: true, scheduled: "" },
    ]);
  }));

for (const [name, line] of [
  ["ASCII", "const value = ctx.state.get(key);\n"],
  ["Hangul", 'const 값 = "안녕하세요" + key;\n'],
])
  test(`a package of 800,000 characters of ${name} is registered within what a call may cost`, () =>
    withKit(async (kit) => {
      const admin = kit.as("ann", { organisation: "test", roles: ["admin"] });
      const source = line!.repeat(Math.floor(800_000 / line!.length));
      const text = formatPackage(scorePackage("large", "1.0.0", { source }));
      const hash = packageHash(text, sha256);
      const parts = partsOf(text);
      for (const [index, part] of parts.entries()) {
        const { code, message } = await admin.invoke("upload", { hash, index, of: parts.length, text: part });
        assert.equal(code, 0, message);
      }
      const { code, message, result } = await admin.invoke("register", { hash });
      assert.equal(code, 0, message);
      assert.deepEqual(result, { score: "large", version: "1.0.0", hash, index: 0 });
      const proposed = await admin.invoke("propose", { action: "deploy", score: "large" });
      assert.equal(proposed.code, 0, proposed.message);
      assert.match(
        (await admin.invoke("applied", { score: "large", code: 0, message: "" })).message,
        /only the host/,
      );
    }));
