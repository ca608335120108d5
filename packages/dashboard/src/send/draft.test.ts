import assert from "node:assert/strict";
import { test } from "node:test";
import { type Draft, readDraft, v1Body } from "./draft.ts";

const draft: Draft = { kind: "data", value: "", score: "", method: "", params: "" };

test("any JSON is data", () => {
  for (const value of [null, 7, "x", [1], { data: "hello" }])
    assert.deepEqual(readDraft({ ...draft, value: JSON.stringify(value) }), { kind: "data", value });
  assert.equal(readDraft({ ...draft, value: "{data: hello}" }), "notJson");
  assert.equal(readDraft(draft), "notJson");
});

test("a call has a method and an object of parameters", () => {
  const call = {
    ...draft,
    kind: "call",
    score: "token",
    method: " transfer ",
    params: '{"to":"bob"}',
  } as const;
  const content = { kind: "call", score: "token", method: "transfer", params: { to: "bob" } };
  assert.deepEqual(readDraft(call), content);
  assert.deepEqual(readDraft({ ...call, params: "" }), { ...content, params: {} });
  assert.equal(readDraft({ ...call, method: " " }), "noMethod");
  assert.equal(readDraft({ ...call, params: "[1]" }), "notObject");
  assert.equal(readDraft({ ...call, params: "null" }), "notObject");
  assert.equal(readDraft({ ...call, params: "{" }), "notJson");
});

test("v1 takes data as it is and finds the SCORE among the parameters", () => {
  assert.deepEqual(v1Body({ kind: "data", value: [1] }), [1]);
  const call = { kind: "call", score: "", method: "m", params: { a: 1 } } as const;
  assert.deepEqual(v1Body(call), { jsonrpc: "2.0", method: "m", params: { a: 1 } });
  assert.deepEqual(v1Body({ ...call, score: "token" }), {
    jsonrpc: "2.0",
    method: "m",
    params: { a: 1, score: "token" },
  });
});
