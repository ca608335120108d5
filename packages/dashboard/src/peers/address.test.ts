import assert from "node:assert/strict";
import { test } from "node:test";
import { peerUrl } from "./address.ts";

const here = { protocol: "http:", hostname: "localhost" };
const far = { protocol: "https:", hostname: "ledger.example.org" };

test("a peer's address becomes a URL under the page's own protocol", () => {
  assert.equal(peerUrl("127.0.0.1:9100", here), "http://127.0.0.1:9100");
  assert.equal(peerUrl("peer0.example.org:9000", far), "https://peer0.example.org:9000");
  assert.equal(peerUrl("[::1]:9000", here), "http://[::1]:9000");
});

test("a loopback address seen from afar is looked for at the page's host", () => {
  assert.equal(peerUrl("127.0.0.1:9100", far), "https://ledger.example.org:9100");
  assert.equal(peerUrl("localhost:9100", far), "https://ledger.example.org:9100");
});

test("what is no address is none", () => {
  for (const bad of [undefined, 7, "", "127.0.0.1", ":9000", "a:0", "a:65536", "a b:9000", "evil/x:9000"])
    assert.equal(peerUrl(bad, here), undefined, String(bad));
});
