import assert from "node:assert/strict";
import { test } from "node:test";
import { type Agreed, describeAgreed } from "./agree.ts";

const AGREED: Agreed = {
  id: "3",
  action: "upgrade",
  score: "token",
  version: "2.0.0",
  hash: "",
  height: 0,
  status: "open",
  approvals: ["a"],
  message: "",
  awaited: ["b", "c"],
  needed: 2,
};

for (const [change, text] of [
  [
    {},
    "proposal 3, to upgrade token (2.0.0), is approved by a: 1 of the 2 organisations that it needs\n" +
      "next: an administrator of b or c runs dure score approve 3",
  ],
  [{ status: "scheduled", height: 90 }, "proposal 3, to upgrade token (2.0.0), takes place at height 90"],
  [{ status: "applied", height: 9 }, "token 2.0.0 runs from height 9 on"],
  [{ status: "applied", height: 9, action: "disable" }, "token is disabled from height 9 on"],
  [{ status: "withdrawn" }, "proposal 3, to upgrade token (2.0.0), is withdrawn"],
] as const)
  test(`a proposal is told: ${text.slice(0, 60)}`, () => {
    assert.equal(describeAgreed({ ...AGREED, ...change }), text);
  });
