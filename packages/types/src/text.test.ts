import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { decodeText, encodeText, fromHex, toHex } from "./index.ts";

const reference = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

test("UTF-8 is taken and refused as the platform's strict decoder does", () => {
  const tricky = fc.array(
    fc.constantFrom(
      0x00,
      0x41,
      0x7f,
      0x80,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0x9f,
      0xa0,
      0xed,
      0xef,
      0xf0,
      0x8f,
      0x90,
      0xf4,
      0xf5,
      0xff,
    ),
    { maxLength: 12 },
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    tricky.map((list) => Uint8Array.from(list)),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      assert.equal(decodeText(input), reference(input));
    }),
    { numRuns: 20_000 },
  );
});

test("text encodes as the platform's encoder does, and back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.deepEqual(encodeText(text), new TextEncoder().encode(text));
      assert.equal(decodeText(encodeText(text)), text);
    }),
  );
  const long = "가나다 ".repeat(100_000);
  assert.equal(decodeText(encodeText(long)), long);
});

test("a lone surrogate has no encoding", () => {
  assert.throws(() => encodeText("a\ud800b"), RangeError);
});

test("hexadecimal text goes both ways, in lower case alone", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.deepEqual(fromHex(toHex(bytes)), bytes)));
  for (const bad of ["0", "AB", "0x00", "zz", " 00"]) assert.equal(fromHex(bad), undefined);
  assert.equal(fromHex("00", 2), undefined);
});
