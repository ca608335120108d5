import { strict as assert } from "node:assert";
import { test } from "node:test";
import { type Hash, toHex } from "@dure/types";
import fc from "fast-check";
import { decodeFrame, encodeFrame, type Frame } from "./frame.ts";

const bytes = fc.uint8Array({ maxLength: 300 });
const lists = fc.array(bytes, { maxLength: 6 });
const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((hash) => toHex(hash) as Hash);
const digests = fc.array(hashes, { maxLength: 20 });
const heights = fc.oneof(fc.nat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER));

const frames: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant("consensus" as const), message: bytes, batches: lists }),
  fc.record({ type: fc.constant("batches" as const), batches: lists }),
  fc.record({ type: fc.constant("held" as const), digests }),
  fc.record({ type: fc.constant("getBatches" as const), digests }),
  fc.record({ type: fc.constant("getBlock" as const), blockId: hashes }),
  fc.record({ type: fc.constant("block" as const), block: bytes }),
  fc.record({ type: fc.constant("getBlocks" as const), fromHeight: heights }),
  fc.record({ type: fc.constant("blocks" as const), fromHeight: heights, blocks: lists }),
  fc.record({ type: fc.constant("getExecution" as const), height: heights }),
  fc.record({ type: fc.constant("execution" as const), certificate: bytes }),
);

test("every frame is read as it was written", () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const decoded = decodeFrame(encodeFrame(frame));
      assert.ok(decoded.ok);
      assert.deepEqual(encodeFrame(decoded.value), encodeFrame(frame));
      assert.equal(decoded.value.type, frame.type);
    }),
    { numRuns: 1_000 },
  );
});

/** Bytes of a frame with a few of them changed, cut off or added. */
const mutated = fc
  .tuple(frames, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.integer({ min: -8, max: 8 }))
  .map(([frame, changes, grow]) => {
    const from = encodeFrame(frame);
    const to = new Uint8Array(Math.max(0, from.length + grow));
    to.set(from.subarray(0, to.length));
    for (const [at, value] of changes) if (to.length > 0) to[at % to.length] = value;
    return to;
  });

test("10,000 mutated and 5,000 random inputs are read canonically or refused, and never throw", () => {
  const isSound = (input: Uint8Array): void => {
    const decoded = decodeFrame(input);
    if (decoded.ok) assert.deepEqual(encodeFrame(decoded.value), Uint8Array.from(input));
    else assert.ok(decoded.message.length > 0);
  };
  fc.assert(fc.property(mutated, isSound), { numRuns: 10_000 });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), isSound), { numRuns: 5_000 });
});

test("a list or digests that promise more than is there are refused before anything is made of them", () => {
  for (const type of [2, 3, 4]) assert.equal(decodeFrame(Uint8Array.of(1, type, 0xff, 0xff)).ok, false);
  const many = Buffer.concat([Uint8Array.of(1, 4, 0x10, 0x01), new Uint8Array(4_097 * 32)]);
  assert.equal(decodeFrame(many).ok, false);
});

test("another version, another type, and bytes too many are refused", () => {
  const frame = encodeFrame({ type: "getBlocks", fromHeight: 7 });
  for (const input of [
    Uint8Array.of(),
    Uint8Array.of(1),
    Uint8Array.of(2, ...frame.subarray(1)),
    Uint8Array.of(1, 0, ...frame.subarray(2)),
    Uint8Array.of(1, 11, ...frame.subarray(2)),
    Uint8Array.of(...frame, 0),
  ])
    assert.equal(decodeFrame(input).ok, false);
});
