import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { decode, type Reader, readBitmap, toHex, Writer, writeBitmap } from "./index.ts";

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
const isTaken = (text: string, read: (reader: Reader) => unknown): boolean => decode(bytesOf(text), read).ok;

test("integers are big-endian and stand for their edges", () => {
  const edges = [
    [(writer: Writer) => writer.u8(0xff), "ff"],
    [(writer: Writer) => writer.u16(0x0102), "0102"],
    [(writer: Writer) => writer.u32(0xfffffffe), "fffffffe"],
    [(writer: Writer) => writer.u64(0), "0000000000000000"],
    [(writer: Writer) => writer.u64(0xffffffff), "00000000ffffffff"],
    [(writer: Writer) => writer.u64(0x100000000), "0000000100000000"],
    [(writer: Writer) => writer.u64(Number.MAX_SAFE_INTEGER), "001fffffffffffff"],
  ] as const;
  for (const [write, text] of edges) assert.equal(toHex(write(new Writer()).finish()), text);
});

test("a u64 is read as any other implementation reads it, and refused above 2^53 - 1", () => {
  const near = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 53n + 4n }),
    fc.bigInt({ min: 2n ** 32n - 4n, max: 2n ** 32n + 4n }),
  );
  fc.assert(
    fc.property(near, (value) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(value);
      const decoded = decode(bytes, (reader) => reader.u64());
      assert.equal(decoded.ok, value <= BigInt(Number.MAX_SAFE_INTEGER));
      if (!decoded.ok) return;
      assert.equal(BigInt(decoded.value), value);
      assert.equal(toHex(new Writer().u64(decoded.value).finish()), bytes.toString("hex"));
    }),
    { numRuns: 10_000 },
  );
});

test("what is no integer of its width is not written", () => {
  for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.throws(() => new Writer().u8(bad), RangeError);
    assert.throws(() => new Writer().u64(bad), RangeError);
  }
  assert.throws(() => new Writer().u8(0x100), RangeError);
  assert.throws(() => new Writer().u16(0x10000), RangeError);
  assert.throws(() => new Writer().u32(0x100000000), RangeError);
  assert.throws(() => new Writer().fixed(new Uint8Array(3), 4), RangeError);
  assert.throws(() => new Writer().text("x".repeat(256)), RangeError);
});

test("a flag is 0 or 1, and nothing follows what was due", () => {
  const flag = (reader: Reader): boolean => reader.flag();
  assert.deepEqual(
    ["00", "01", "02", "ff", "0000", ""].map((text) => isTaken(text, flag)),
    [true, true, false, false, false, false],
  );
});

test("a length or count that promises more than is there is refused before anything is made of it", () => {
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(
    isTaken("ffffffff00", (reader) => reader.bytes(0xffffffff)),
    false,
  );
  assert.equal(
    isTaken("0000000501020304", (reader) => reader.bytes(4)),
    false,
  );
  assert.equal(
    isTaken("ffffffff00", (reader) => reader.count32(1)),
    false,
  );
  assert.equal(
    isTaken("ffff00", (reader) => reader.count16(1)),
    false,
  );
  assert.equal(
    isTaken("ff61", (reader) => reader.text()),
    false,
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 24);
});

test("an error of ours inside a reading function is not taken for a refusal", () => {
  const broken = (): never => {
    throw new TypeError("ours");
  };
  assert.throws(() => decode(new Uint8Array(1), broken), TypeError);
});

test("a bitmap holds exactly its indexes, and each set has one encoding", () => {
  const sets = fc
    .integer({ min: 0, max: 80 })
    .chain((count) => fc.tuple(fc.constant(count), fc.uniqueArray(fc.nat(Math.max(0, count - 1)))))
    .filter(([count, indexes]) => count > 0 || indexes.length === 0);
  fc.assert(
    fc.property(sets, ([count, indexes]) => {
      const bytes = writeBitmap(new Writer(), count, indexes).finish();
      assert.equal(bytes.length, Math.ceil(count / 8));
      const decoded = decode(bytes, (reader) => readBitmap(reader, count));
      assert.ok(decoded.ok);
      assert.deepEqual(
        decoded.value,
        indexes.toSorted((one, two) => one - two),
      );
    }),
  );
});

test("of random bytes a bitmap takes those alone whose bits stand below its count", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), fc.nat(48), (bytes, count) => {
      const decoded = decode(bytes, (reader) => readBitmap(reader, count));
      const bits = [...bytes].flatMap((byte, at) =>
        Array.from({ length: 8 }, (_, bit) => ((byte >> bit) & 1 ? at * 8 + bit : -1)).filter(
          (index) => index >= 0,
        ),
      );
      const isDue = bytes.length === Math.ceil(count / 8) && bits.every((index) => index < count);
      assert.equal(decoded.ok, isDue);
      if (decoded.ok) assert.deepEqual(decoded.value, bits);
    }),
    { numRuns: 10_000 },
  );
  for (const index of [-1, 8, 0.5]) assert.throws(() => writeBitmap(new Writer(), 8, [index]), RangeError);
});
