import assert from "node:assert/strict";
import { test } from "node:test";
import { Requests } from "./requests.ts";

test("of a flood of one peer's requests few are read at a time, and others' are not touched", async () => {
  const requests = new Requests();
  let reads = 0;
  const finish: (() => void)[] = [];
  const read = (): Promise<string> => {
    reads += 1;
    return new Promise((resolve) => finish.push(() => resolve("blocks")));
  };
  const flood = Array.from({ length: 3_000 }, () => requests.serve("peer3.org", read));
  assert.equal(reads, 4);
  const other = requests.serve("peer1.org", read);
  assert.equal(reads, 5);
  for (const end of finish) end();
  assert.equal(await other, "blocks");
  assert.equal((await Promise.all(flood)).filter((answer) => answer === "blocks").length, 4);
  const later = requests.serve("peer3.org", read);
  finish.at(-1)?.();
  assert.equal(await later, "blocks");
});

test("a read that fails frees its place", async () => {
  const requests = new Requests();
  const fail = (): Promise<never> => Promise.reject(new Error("the disk"));
  for (let at = 0; at < 10; at++) await assert.rejects(requests.serve("peer3.org", fail));
  assert.equal(await requests.serve("peer3.org", () => Promise.resolve(1)), 1);
});
