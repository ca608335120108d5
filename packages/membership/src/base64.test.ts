import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { fromBase64 } from "./base64.ts";

test("base64 reads back the bytes that it was made of", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.deepEqual(fromBase64(Buffer.from(bytes).toString("base64")), bytes);
    }),
  );
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
