import assert from "node:assert/strict";
import { test } from "node:test";
import { type ContractSpec, contract, describeContract } from "./contract.ts";

const spec: ContractSpec = {
  name: "a-b",
  version: "1.0.0",
  invoke: { go: () => 1 },
  query: { see: () => 2 },
};

test("a contract is described by its own methods alone", () => {
  assert.deepEqual(describeContract(contract({ ...spec, init: () => null })), {
    name: "a-b",
    version: "1.0.0",
    init: true,
    invoke: ["go"],
    query: ["see"],
  });
  assert.equal(describeContract(contract(spec)).init, false);
});

for (const value of [undefined, null, {}, { ...spec }, { ...contract(spec), abi: 2 }])
  test(`${JSON.stringify(value)} is no contract`, () =>
    assert.throws(() => describeContract(value), /must be made by contract/));

for (const [name, change] of Object.entries<Record<string, unknown>>({
  "an upper-case name": { name: "Token" },
  "an empty name": { name: "" },
  "a version without parts": { version: "1" },
  "a method name with a dash": { invoke: { "a-b": () => 1 } },
  "a method that is no function": { query: { see: 1 } },
  "an init that is no function": { init: 1 },
  "a missing method table": { invoke: undefined },
  "a method of both kinds": { query: { go: () => 1 } },
}))
  test(`${name} is refused`, () =>
    assert.throws(
      () => describeContract(contract({ ...spec, ...change } as unknown as ContractSpec)),
      Error,
    ));
