import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { flat } from "./flat.ts";

test("of each pair exactly one side dials and the other accepts, and nobody dials itself", () => {
  const id = fc.stringMatching(/^[a-z0-9-]{1,32}\.[a-z0-9-]{1,32}$/);
  fc.assert(
    fc.property(id, id, (one, two) => {
      assert.equal(flat(one).dials(two), one < two);
      assert.equal(flat(one).dials(two), flat(two).accepts(one));
      assert.equal(flat(one).dials(two) || flat(two).dials(one), one !== two);
    }),
  );
});
