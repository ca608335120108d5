import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FRAME_BYTES_MAX } from "./bounds.ts";
import { encodeFrame, frameReader } from "./frame.ts";

test("messages survive any cutting of the stream", () => {
  const messages = fc.array(fc.string({ unit: "grapheme" }), { maxLength: 8 });
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(messages, cuts, (sent, sizes) => {
      const stream = Buffer.concat(sent.map((message) => encodeFrame(JSON.stringify(message))));
      const reader = frameReader();
      const received: unknown[] = [];
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const end = at + sizes[turn % sizes.length]!;
        for (const frame of reader.push(stream.subarray(at, end)) ?? [])
          received.push(JSON.parse(String(frame)));
        at = end;
      }
      assert.deepEqual(received, sent);
    }),
  );
});

for (const length of [0, FRAME_BYTES_MAX + 1, 0xffffffff])
  test(`a frame that claims ${length} bytes ends the stream`, () => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(length);
    const reader = frameReader();
    assert.equal(reader.push(header), undefined);
    assert.equal(reader.push(encodeFrame("{}")), undefined);
  });
