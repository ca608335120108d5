import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { decodeMessage, encodeMessage } from "./message.ts";
import { messages, mutationsOf, records } from "./messages.fixture.test.ts";
import { decodeRecord, encodeRecord } from "./record.ts";

test("every message is read as it was written", () => {
  fc.assert(
    fc.property(messages, (message) => {
      const decoded = decodeMessage(encodeMessage(message));
      assert.ok(decoded.ok);
      assert.deepEqual(decoded.value, message);
    }),
    { numRuns: 1_000 },
  );
});

test("every record is read as it was written", () => {
  fc.assert(
    fc.property(records, (record) => {
      const decoded = decodeRecord(encodeRecord(record));
      assert.ok(decoded.ok);
      assert.deepEqual(decoded.value, record);
    }),
    { numRuns: 500 },
  );
});

test("10,000 mutated and 5,000 random messages are read canonically or refused, and never throw", () => {
  const isSound = (bytes: Uint8Array): void => {
    const decoded = decodeMessage(bytes);
    if (decoded.ok) assert.deepEqual(encodeMessage(decoded.value), bytes);
  };
  fc.assert(fc.property(mutationsOf(messages.map(encodeMessage)), isSound), { numRuns: 10_000 });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), isSound), { numRuns: 5_000 });
});

test("10,000 mutated records are read canonically or refused: a torn one is never taken for another", () => {
  fc.assert(
    fc.property(mutationsOf(records.map(encodeRecord)), (bytes) => {
      const decoded = decodeRecord(bytes);
      if (decoded.ok) assert.deepEqual(encodeRecord(decoded.value), bytes);
    }),
    { numRuns: 10_000 },
  );
});
