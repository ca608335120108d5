import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "./json.ts";
import { stateOver } from "./state.ts";

const over = () => {
  const map = new Map<string, Json>();
  const state = stateOver({
    get: (key) => map.get(key),
    has: (key) => map.has(key),
    set: (key, value) => void map.set(key, value),
    delete: (key) => void map.delete(key),
  });
  return { map, state };
};

test("a value, a map and another map of related names never share a key", () => {
  const { map, state } = over();
  state.value<number>("a").set(1);
  state.map<number>("a").set("", 2);
  state.map<number>("a").set("b", 3);
  state.map<number>("b").set("b", 4);
  assert.deepEqual(
    [...map],
    [
      ["a", 1],
      ["a/", 2],
      ["a/b", 3],
      ["b/b", 4],
    ],
  );
});

test("a collection reads and deletes what it wrote", () => {
  const { state } = over();
  const holders = state.map<number>("holders");
  holders.set("x", 1);
  assert.equal(holders.get("x"), 1);
  assert.ok(holders.has("x"));
  holders.delete("x");
  assert.equal(state.get("holders/x"), undefined);
});

test("a name with a slash is refused", () => {
  assert.throws(() => over().state.map("a/b"), Error);
});
