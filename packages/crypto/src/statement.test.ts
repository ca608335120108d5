import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { domainTag, statement, taggedHash } from "./index.ts";
import { createSodiumSuite } from "./sodium.ts";

const suite = createSodiumSuite();
const tags = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);

test("a statement is the tag's length, the tag and the bytes", () => {
  const bytes = statement(domainTag("ab/c"), Uint8Array.from([7, 8]));
  assert.deepEqual([...bytes], [4, 0x61, 0x62, 0x2f, 0x63, 7, 8]);
});

test("two statements are the same bytes only under the same tag over the same bytes", () => {
  // Drawn so that one tag often begins another, and the bytes often go on where it ends.
  const pairs = fc.tuple(tags, fc.nat(40), fc.uint8Array({ maxLength: 8 }), fc.boolean());
  fc.assert(
    fc.property(pairs, ([tag, at, bytes, isSplit]) => {
      const head = tag.slice(0, Math.max(1, at % tag.length));
      const rest = Uint8Array.from(Buffer.concat([Buffer.from(tag.slice(head.length)), bytes]));
      const one = statement(domainTag(tag), bytes);
      const two = isSplit ? statement(domainTag(head), rest) : statement(domainTag(tag), bytes);
      assert.equal(Buffer.compare(one, two) === 0, !isSplit || head === tag);
    }),
    { numRuns: 2_000 },
  );
});

test("the tagged hash is SHA-256 of the statement, however its bytes are cut into parts", () => {
  fc.assert(
    fc.property(tags, fc.array(fc.uint8Array({ maxLength: 900 }), { maxLength: 5 }), (text, parts) => {
      const tag = domainTag(text);
      const whole = statement(tag, Buffer.concat(parts));
      const expected = createHash("sha256").update(whole).digest("hex");
      assert.equal(Buffer.from(taggedHash(suite, tag, ...parts)).toString("hex"), expected);
    }),
  );
});

test("a tag that would not stand as it is written is refused", () => {
  for (const bad of ["", "a b", "é", "a\n", "x".repeat(256)]) assert.throws(() => domainTag(bad), RangeError);
  assert.equal(domainTag("x".repeat(255)).length, 256);
});
