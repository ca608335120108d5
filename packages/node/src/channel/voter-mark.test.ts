import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { ZERO_HASH } from "@dure/types";
import { mayVoteFrom } from "./voter-mark.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "dure-voter-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test("a home votes from its first start on, and after restarts", async () => {
  assert.equal(await mayVoteFrom(home, ZERO_HASH, true), true);
  assert.equal(await mayVoteFrom(home, ZERO_HASH, false), true);
});

test("a home whose channel directory was lost never votes again, however often it starts", async () => {
  await mayVoteFrom(home, ZERO_HASH, true);
  assert.equal(await mayVoteFrom(home, ZERO_HASH, true), false);
  assert.equal(await mayVoteFrom(home, ZERO_HASH, false), false);
  assert.equal(await mayVoteFrom(home, ZERO_HASH, true), false);
});

test("a mark that cannot be read is an error that says what to do, and no leave to vote", async () => {
  await mayVoteFrom(home, ZERO_HASH, true);
  await writeFile(join(home, "voters", ZERO_HASH), "recor");
  await assert.rejects(mayVoteFrom(home, ZERO_HASH, false), { code: "HOME_DAMAGED" });
});
