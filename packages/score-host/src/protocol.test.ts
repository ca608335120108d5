import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseReply } from "./protocol.ts";

const outcome = {
  code: 0,
  message: "",
  result: "1",
  writes: [["a\0k", "1"]],
  events: [["e", "1"]],
  diagnostic: "",
};
const parse = (value: unknown) => parseReply(Buffer.from(JSON.stringify(value)));

test("sound messages are taken", () => {
  assert.ok(
    parse({ type: "outcomes", outcomes: [outcome, { ...outcome, code: 9000, writes: [["k", null]] }] }),
  );
  assert.ok(parse({ type: "need", keys: ["a\0k"] }));
  assert.ok(parse({ type: "started", index: 3 }));
});

for (const [name, value] of Object.entries<unknown>({
  "an unknown type": { type: "exec" },
  "no object": 5,
  "a code that no call has": { type: "outcomes", outcomes: [{ ...outcome, code: 1 }] },
  "a message that is no text": { type: "outcomes", outcomes: [{ ...outcome, message: {} }] },
  "a result beyond its bound": { type: "outcomes", outcomes: [{ ...outcome, result: "x".repeat(300_000) }] },
  "a write of a number": { type: "outcomes", outcomes: [{ ...outcome, writes: [["k", 1]] }] },
  "a write of three parts": { type: "outcomes", outcomes: [{ ...outcome, writes: [["k", "1", "2"]] }] },
  "a key beyond its bound": { type: "need", keys: ["k".repeat(1000)] },
  "too many events": { type: "outcomes", outcomes: [{ ...outcome, events: Array(65).fill(["e", "1"]) }] },
  "a negative index": { type: "started", index: -1 },
}))
  test(`${name} is refused`, () => assert.equal(parse(value), undefined));

test("no bytes make the parser throw", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseReply(bytes)));
  fc.assert(fc.property(fc.jsonValue(), (value) => void parse({ type: "outcomes", outcomes: value })));
});
