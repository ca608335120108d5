import assert from "node:assert/strict";
import { test } from "node:test";
import { base64 } from "../format/base64.ts";
import { nameIn } from "./identity.ts";

const commonName = (name: string): readonly number[] => [
  6,
  3,
  0x55,
  4,
  3,
  12,
  name.length,
  ...Buffer.from(name),
];
const pem = (...der: readonly number[]): string =>
  `-----BEGIN CERTIFICATE-----\n${base64(Uint8Array.from(der))}\n-----END CERTIFICATE-----\n`;

test("a certificate's name is its subject's, which stands after its issuer's", () => {
  assert.equal(nameIn(pem(0x30, 1, ...commonName("root"), 0x31, ...commonName("alice"), 3, 4)), "alice");
});

test("what is no certificate has no name", () => {
  assert.equal(nameIn(pem(0x30, 1, 2)), undefined);
  assert.equal(nameIn("-----BEGIN PRIVATE KEY-----"), undefined);
});
