import assert from "node:assert/strict";
import { test } from "node:test";
import { stateCache } from "./cache.ts";

test("values and absences are known until the height is in doubt", () => {
  const cache = stateCache(1 << 20);
  cache.standAt(4);
  cache.learn(
    new Map([
      ["a", "1"],
      ["b", null],
    ]),
  );
  assert.deepEqual([cache.get("a"), cache.get("b"), cache.get("c")], ["1", null, undefined]);
  cache.standAt(4);
  assert.equal(cache.get("a"), "1");
  cache.standAt(6);
  assert.deepEqual([cache.get("a"), cache.get("b")], [undefined, undefined]);
});

test("pending writes are adopted when the next block follows, and only then", () => {
  const cache = stateCache(1 << 20);
  cache.standAt(4);
  cache.learn(new Map([["a", "1"]]));
  cache.keepPending(5, new Map([["a", "2"]]));
  assert.equal(cache.get("a"), "1");
  cache.standAt(4);
  assert.equal(cache.get("a"), "1");
  cache.keepPending(5, new Map([["a", "3"]]));
  cache.standAt(5);
  assert.equal(cache.get("a"), "3");
});

test("what is in use stays and what is not goes, within the bound", () => {
  const cache = stateCache(4000);
  cache.standAt(1);
  cache.learn(new Map([["kept", "1"]]));
  for (let index = 0; index < 1000; index++) {
    cache.learn(new Map([[`k${index}`, "1"]]));
    assert.equal(cache.get("kept"), "1");
  }
  assert.equal(cache.get("k0"), undefined);
});
