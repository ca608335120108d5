import assert from "node:assert/strict";
import { test } from "node:test";
import { type ContractSpec, contract } from "./contract.ts";

const spec: ContractSpec = {
  name: "a-b",
  version: "1.0.0",
  invoke: { go: () => 1 },
  query: { see: () => 2 },
};

test("a contract is frozen and finds only the methods that were given", () => {
  const made = contract({ ...spec, init: () => null });
  assert.ok(Object.isFrozen(made) && Object.isFrozen(made.invoke) && Object.isFrozen(made.query));
  assert.equal(made.abi, 1);
  assert.equal(typeof made.invoke.go, "function");
  assert.equal(made.invoke.toString, undefined);
  assert.equal(made.query.constructor, undefined);
});

for (const [name, change] of Object.entries<Record<string, unknown>>({
  "an upper-case name": { name: "Token" },
  "an empty name": { name: "" },
  "a version without parts": { version: "1" },
  "a method name with a dash": { invoke: { "a-b": () => 1 } },
  "a method that is no function": { query: { see: 1 } },
  "an init that is no function": { init: 1 },
  "a method of both kinds": { query: { go: () => 1 } },
}))
  test(`${name} is refused`, () =>
    assert.throws(() => contract({ ...spec, ...change } as unknown as ContractSpec), Error));
