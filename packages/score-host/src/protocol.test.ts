import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseReply } from "./protocol.ts";

const outcome = {
  code: 0,
  message: "",
  result: "1",
  writes: [["a\0k", "1"]],
  events: [["s", "e", "1"]],
  steps: 3,
  bytes: 4,
  diagnostic: "",
};

/** An outcome as it travels. */
const wire = (changed: Partial<Record<keyof typeof outcome, unknown>>): unknown => {
  const { code, message, result, writes, events, steps, bytes, diagnostic } = { ...outcome, ...changed };
  return [code, message, result, writes, events, steps, bytes, diagnostic];
};
const parse = (value: unknown) => parseReply(Buffer.from(JSON.stringify(value)));

test("sound messages are taken", () => {
  assert.ok(parse({ type: "outcomes", outcomes: [wire({}), wire({ code: 9000, writes: [["k", null]] })] }));
  assert.ok(parse({ type: "need", keys: ["a\0k"] }));
  assert.ok(parse({ type: "started", index: 3 }));
});

for (const [name, value] of Object.entries<unknown>({
  "an unknown type": { type: "exec" },
  "no object": 5,
  "a code that no call has": { type: "outcomes", outcomes: [wire({ code: 1 })] },
  "steps below none": { type: "outcomes", outcomes: [wire({ steps: -1 })] },
  "an event of no SCORE": { type: "outcomes", outcomes: [wire({ events: [["e", "1"]] })] },
  "a message that is no text": { type: "outcomes", outcomes: [wire({ message: {} })] },
  "a result beyond its bound": { type: "outcomes", outcomes: [wire({ result: "x".repeat(300_000) })] },
  "a write of a number": { type: "outcomes", outcomes: [wire({ writes: [["k", 1]] })] },
  "a write of three parts": { type: "outcomes", outcomes: [wire({ writes: [["k", "1", "2"]] })] },
  "a key beyond its bound": { type: "need", keys: ["k".repeat(1000)] },
  "too many events": { type: "outcomes", outcomes: [wire({ events: Array(65).fill(["s", "e", "1"]) })] },
  "an outcome of seven parts": { type: "outcomes", outcomes: [[0, "", "null", [], [], 0, 0]] },
  "a negative index": { type: "started", index: -1 },
}))
  test(`${name} is refused`, () => assert.equal(parse(value), undefined));

test("no bytes make the parser throw", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseReply(bytes)));
  fc.assert(fc.property(fc.jsonValue(), (value) => void parse({ type: "outcomes", outcomes: value })));
});
