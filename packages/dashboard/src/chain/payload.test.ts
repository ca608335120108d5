import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, makeCall, makeTransaction } from "@dure/client";
import { base64 } from "../format/base64.ts";
import { readPayload } from "./payload.ts";

type Options = Parameters<typeof makeCall>[0];

/** Signs nothing: what is read here stands before the signature. */
const suite = {
  hash: () => new Uint8Array(32),
  hashHex: () => "00".repeat(32),
  verify: () => true,
  publicKeyOf: () => new Uint8Array(32),
  sign: () => new Uint8Array(64),
};
const options: Options = {
  suite,
  channelId: "00".repeat(32) as Client["channelId"],
  signer: { certificate: new Uint8Array(8), seed: new Uint8Array(32) },
  salt: new Uint8Array(16),
  expiryMs: 1_700_000_000_000,
};

test("what the client package signs is read again", () => {
  const call = makeCall(options, { score: "token", method: "transfer", params: { to: "bob" } });
  assert.deepEqual(readPayload(base64(call)), {
    bytes: call.length,
    method: "transfer",
    score: undefined,
    value: { to: "bob" },
  });
  const named = readPayload(
    base64(makeTransaction(options, "", { method: "m", params: { score: "token" } })),
  );
  assert.deepEqual([named.method, named.score], ["m", "token"]);
});

test("data is data, whatever JSON it is", () => {
  for (const value of [null, 7, "두레", [1], { data: "hello" }, { method: 7 }]) {
    const read = readPayload(base64(makeTransaction(options, "a-score", value)));
    assert.deepEqual([read.method, read.value], [undefined, value]);
  }
});

test("bytes that are no transaction are read as nothing", () => {
  for (const length of [0, 1, 90, 91, 94]) {
    const read = readPayload(base64(new Uint8Array(length).fill(255)));
    assert.deepEqual([read.method, read.value], [undefined, undefined]);
  }
});
