import assert from "node:assert/strict";
import { test } from "node:test";
import { type ContractSpec, contract } from "./contract.ts";
import { API_CHARS_MAX, describeContract } from "./description.ts";
import { method } from "./method.ts";
import * as t from "./schema.ts";

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
    migrate: false,
    rollback: false,
    invoke: ["go"],
    query: ["see"],
    api: { init: { kind: "init" }, go: { kind: "invoke" }, see: { kind: "query" } },
  });
  assert.equal(describeContract(contract(spec)).init, false);
});

for (const value of [undefined, null, {}, { ...spec }, { ...contract(spec), abi: 3 }])
  test(`${JSON.stringify(value)} is no contract`, () =>
    assert.throws(() => describeContract(value), /must be made by contract/));

for (const [name, change] of Object.entries<Record<string, unknown>>({
  "an upper-case name": { name: "Token" },
  "an empty name": { name: "" },
  "a version without parts": { version: "1" },
  "a method name with a dash": { invoke: { "a-b": () => 1 } },
  "a method that is no function": { query: { see: 1 } },
  "an init that is no function": { init: 1 },
  "a migrate that is no function": { migrate: {} },
  "a rollback that is no function": { rollback: "x" },
  "a method named init beside the init": { init: () => null, query: { init: () => 1 } },
  "a missing method table": { invoke: undefined },
  "a method of both kinds": { query: { go: () => 1 } },
}))
  test(`${name} is refused`, () =>
    assert.throws(
      () => describeContract(contract({ ...spec, ...change } as unknown as ContractSpec)),
      Error,
    ));

test("what methods take and give is in the description, and what is told of the versions", () => {
  const described = contract({
    ...spec,
    invoke: {
      go: method({
        summary: "Goes.",
        params: { by: t.optional(t.integer({ min: 1, max: 9 }), 1) },
        result: t.boolean(),
        run: () => true,
      }),
    },
    migrate: (ctx, { from }) => ctx.state.set("from", from),
    rollback: () => null,
  });
  const { migrate, rollback, api } = describeContract(described);
  assert.deepEqual([migrate, rollback], [true, true]);
  assert.deepEqual(api, {
    go: {
      kind: "invoke",
      summary: "Goes.",
      params: {
        type: "object",
        properties: { by: { type: "integer", minimum: 1, maximum: 9, default: 1 } },
        required: [],
        additionalProperties: false,
      },
      result: { type: "boolean" },
    },
    see: { kind: "query" },
  });
});

test("a contract of version 1 of the ABI is one still, without a description", () => {
  const { api, invoke } = describeContract({ ...spec, abi: 1 });
  assert.deepEqual([api, invoke], [{}, ["go"]]);
});

const go = { kind: "invoke" };
const see = { kind: "query" };
for (const [name, describe] of Object.entries<unknown>({
  "is missing": undefined,
  "gives no object": () => [],
  "forgets a method": () => ({ go }),
  "names another method": () => ({ go, look: see }),
  "gives a wrong kind": () => ({ go: see, see }),
  "gives a summary that is no text": () => ({ go: { ...go, summary: 1 }, see }),
  "gives a schema that is no object": () => ({ go, see: { ...see, params: [] } }),
  "gives what is no JSON": () => ({ go, see: { ...see, extra: 1n } }),
  "is too long": () => ({ go, see: { ...see, summary: "x".repeat(API_CHARS_MAX) } }),
}))
  test(`a contract whose description ${name} is refused`, () =>
    assert.throws(() => describeContract({ ...contract(spec), describe }), Error));

test("a method that is specified by a function is specified only when it runs or is described", () => {
  let made = 0;
  const late = contract({
    ...spec,
    invoke: {
      go: method(() => {
        made++;
        return { summary: "Goes.", run: () => made };
      }),
    },
  });
  assert.equal(made, 0);
  assert.equal(describeContract(late).api.go?.summary, "Goes.");
  assert.equal(late.invoke.go?.({} as never, {}), 2);
});
