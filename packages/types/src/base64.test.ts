import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { fromBase64, toBase64 } from "./base64.ts";

test("base64 reads back the bytes that it was made of", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = Buffer.from(bytes).toString("base64");
      assert.equal(toBase64(bytes), text);
      assert.deepEqual(fromBase64(text), bytes);
    }),
  );
});

test("megabytes are written and read", () => {
  const bytes = Uint8Array.from({ length: 3_000_001 }, (_, at) => (at * 31) >> 3);
  const text = Buffer.from(bytes).toString("base64");
  assert.ok(toBase64(bytes) === text);
  assert.ok(Buffer.from(text, "base64").equals(fromBase64(text) as Uint8Array));
});

test("bytes have one base64 text: whatever is read is what they would be written as", () => {
  const digit = fc.constantFrom(..."ABPQgwxyz059+/=");
  fc.assert(
    fc.property(fc.array(digit, { maxLength: 12 }), (digits) => {
      const text = digits.join("");
      const bytes = fromBase64(text);
      if (bytes !== undefined) assert.equal(Buffer.from(bytes).toString("base64"), text);
    }),
    { numRuns: 5_000 },
  );
});

for (const text of [
  "A",
  "AA",
  "AAA",
  "A===",
  "AA=A",
  "AB==",
  "AAB=",
  "AA-_",
  "AAAA\n",
  " AAAA",
  "=",
  "ÀAAA",
]) {
  test(`${JSON.stringify(text)} is no base64`, () => assert.equal(fromBase64(text), undefined));
}
