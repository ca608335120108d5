import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { toHex, ZERO_HASH } from "@dure/types";
import { mayVoteFrom, readVoterMark } from "./voter-mark.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "dure-voter-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const KEY = new Uint8Array(32).fill(7);
const NEXT = new Uint8Array(32).fill(8);

/** A start whose ledger gave a record, or did not. */
const start = async (isRecordThere: boolean, key = KEY): Promise<boolean> =>
  mayVoteFrom(home, ZERO_HASH, key, { was: await readVoterMark(home, ZERO_HASH, key), isRecordThere });

test("a key votes from its first start on, and after restarts", async () => {
  assert.equal(await start(true), true);
  assert.equal(await start(true), true);
});

test("a key whose record was lost never votes again, however often it starts; one that replaces it does", async () => {
  await start(true);
  assert.equal(await start(false), false);
  assert.equal(await start(true), false);
  assert.equal(await start(true, NEXT), true);
  assert.equal(await start(true, NEXT), true);
  assert.equal(await start(true), false);
});

test("a mark that cannot be read is an error that says what to do, and no leave to vote", async () => {
  await start(true);
  await writeFile(join(home, "voters", `${ZERO_HASH}-${toHex(KEY)}`), "recor");
  await assert.rejects(start(true), { code: "HOME_DAMAGED" });
});
