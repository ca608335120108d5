import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeReply } from "./child/encode-reply.ts";
import { parseReply } from "./protocol.ts";
import type { WireOutcome } from "./wire-outcomes.ts";

const outcome = {
  code: 0,
  message: "",
  result: "1",
  writes: [
    ["a\0k", "1"],
    ["a\0l", null],
  ],
  events: [["s", "e", "1"]],
  steps: 3,
  bytes: 4,
  diagnostic: "",
};

/** An outcome of the child's. */
const wire = (changed: Partial<Record<keyof typeof outcome, unknown>>): WireOutcome => {
  const { code, message, result, writes, events, steps, bytes, diagnostic } = { ...outcome, ...changed };
  return [code, message, result, writes, events, steps, bytes, diagnostic] as never;
};
const parse = (value: unknown) => parseReply(Buffer.from(JSON.stringify(value)));
const parseOutcomes = (...outcomes: readonly WireOutcome[]) =>
  parseReply(Buffer.from(encodeReply({ type: "outcomes", isLast: true, outcomes })));

test("sound messages are taken", () => {
  assert.ok(parse({ type: "need", keys: ["a\0k"] }));
  assert.ok(parse({ type: "started", index: 3 }));
});

for (const [name, value] of Object.entries<unknown>({
  "an unknown type": { type: "exec" },
  "no object": 5,
  "a key beyond its bound": { type: "need", keys: ["k".repeat(1000)] },
  "a negative index": { type: "started", index: -1 },
}))
  test(`${name} is refused`, () => assert.equal(parse(value), undefined));

test("outcomes come as they were sent", () => {
  const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.constant("\n"), fc.constant('{"a":"\\n"}'));
  const sent = fc.record({
    code: fc.constantFrom(0, 1000, 8999, 9000, 9100),
    message: text,
    result: text,
    writes: fc.array(fc.tuple(text, fc.option(text))),
    events: fc.array(fc.tuple(text, fc.constant("e.v-_"), text), { maxLength: 4 }),
    steps: fc.nat(),
    bytes: fc.nat(),
    diagnostic: text,
    trace: fc.option(text, { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(sent), (records) => {
      const outcomes = records.map(({ trace, ...record }): WireOutcome => {
        const untraced = wire(record);
        return trace === undefined ? untraced : ([...untraced, trace] as never);
      });
      assert.deepEqual(parseOutcomes(...outcomes), { type: "outcomes", isLast: true, outcomes });
    }),
  );
});

for (const [name, changed] of Object.entries<Parameters<typeof wire>[0]>({
  "a code that no call has": { code: 1 },
  "steps below none": { steps: -1 },
  "an event without a name": { events: [["s", "", "1"]] },
  "a result beyond its bound": { result: "x".repeat(300_000) },
  "a key beyond its bound": { writes: [["k".repeat(1_000), "1"]] },
  "too many events": { events: Array(129).fill(["s", "e", "1"]) },
}))
  test(`an outcome with ${name} is refused`, () =>
    assert.equal(parseOutcomes(wire({}), wire(changed)), undefined));

for (const [name, numbers] of Object.entries({
  "a length that is longer than the text": [0, 3, 4, 0, 0, 0, 5, 0, -1],
  "a text that is left over": [0, 3, 4, 0, 0, 0, 3, 0, -1],
  "a length below none": [0, 3, 4, 0, 0, -2, 4, 0, -1],
  "a text that may not be absent": [0, 3, 4, 0, 0, -1, 4, 0, -1],
  "an end in the midst": [0, 3, 4, 0, 0, 0, 4, 0],
  "a length that is no number": [0, 3, 4, 0, 0, "0", 4, 0, -1],
}))
  test(`outcomes with ${name} are refused`, () => {
    const packed = (given: readonly unknown[]) =>
      parseReply(`${JSON.stringify({ type: "outcomes", isLast: true, numbers: given })}\ntrue`);
    assert.ok(packed([0, 3, 4, 0, 0, 0, 4, 0, -1]));
    assert.equal(packed(numbers), undefined);
  });

test("no bytes make the parser throw", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseReply(bytes)));
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (numbers, text) => {
      parseReply(`${JSON.stringify({ type: "outcomes", isLast: true, numbers })}\n${text}`);
    }),
  );
});
