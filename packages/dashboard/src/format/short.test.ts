import assert from "node:assert/strict";
import { test } from "node:test";
import { shortId, shortPeer } from "./short.ts";

test("a long id is cut where the cut is seen, a short one is whole", () => {
  assert.equal(shortId("0123456789abcdef0123"), "0123456789ab…");
  assert.equal(shortId("0123456789"), "0123456789");
});

test("a peer is called by its own name", () => {
  assert.equal(shortPeer("peer0.devnet"), "peer0");
  assert.equal(shortPeer("alone"), "alone");
});
