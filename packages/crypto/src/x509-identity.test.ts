import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createSodiumSuite } from "./sodium.ts";
import {
  derOfPem,
  generateIdentityKey,
  type Identity,
  IdentityError,
  issue,
  KeyError,
  makeRequest,
  makeRoot,
  pemOf,
  readIdentity,
  seedOfPkcs8,
  writeIdentity,
} from "./x509.ts";

const suite = createSodiumSuite();
const NOW = Date.UTC(2026, 0, 1);
let directory: string;
let identity: Identity;

const enrol = async (): Promise<Identity> => {
  const rootKey = generateIdentityKey();
  const root = await makeRoot({ organisation: "devnet", nowMs: NOW, notAfterMs: NOW + 1e9, key: rootKey });
  const key = generateIdentityKey();
  const request = await makeRequest({ commonName: "alice", organisation: "devnet", roles: ["client"] }, key);
  const times = { notBeforeMs: NOW, notAfterMs: NOW + 1e9 };
  const issued = await issue({ suite, root, rootKey, request, roles: ["client"], ...times });
  assert.ok(issued.ok);
  return { certificate: issued.certificate, key, root };
};

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "dure-identity-"));
  identity = await enrol();
});
after(() => rm(directory, { recursive: true, force: true }));

const failsWith = (code: IdentityError["code"]) => (error: unknown) =>
  error instanceof IdentityError && error.code === code;

test("an identity directory is read as it was written, its key for its holder alone", async () => {
  const home = join(directory, "alice");
  await writeIdentity(home, identity);
  assert.deepEqual(await readIdentity(home, suite), identity);
  if (process.platform !== "win32") assert.equal((await stat(join(home, "key.pem"))).mode & 0o777, 0o600);
});

test("an identity is overwritten only on demand", async () => {
  const home = join(directory, "kept");
  await writeIdentity(home, identity);
  const other = await enrol();
  await assert.rejects(writeIdentity(home, other), failsWith("IDENTITY_EXISTS"));
  assert.deepEqual(await readIdentity(home, suite), identity);
  await writeIdentity(home, other, { replace: true });
  assert.deepEqual(await readIdentity(home, suite), other);
});

test("a missing, damaged or mixed identity directory is refused", async () => {
  const home = join(directory, "mixed");
  const other = join(directory, "other");
  await assert.rejects(readIdentity(home, suite), failsWith("IDENTITY_MISSING"));
  await writeIdentity(home, identity);
  await writeIdentity(other, await enrol());
  await copyFile(join(other, "root.pem"), join(home, "root.pem"));
  await assert.rejects(readIdentity(home, suite), failsWith("IDENTITY_DAMAGED"));
  await writeIdentity(home, identity, { replace: true });
  await copyFile(join(other, "key.pem"), join(home, "key.pem"));
  await assert.rejects(readIdentity(home, suite), failsWith("IDENTITY_DAMAGED"));
  await writeFile(join(home, "key.pem"), "no key");
  await assert.rejects(readIdentity(home, suite), failsWith("IDENTITY_DAMAGED"));
});

test("the seed of a PKCS#8 key signs what its public key verifies", () => {
  const key = generateIdentityKey();
  const message = new TextEncoder().encode("message");
  assert.ok(suite.verify(key.publicKey, message, suite.sign(seedOfPkcs8(key.pem), message)));
  assert.throws(() => seedOfPkcs8("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"), KeyError);
});

test("PEM is one block of the label asked for, in canonical base64", () => {
  const pem = pemOf("CERTIFICATE", identity.certificate.der);
  assert.deepEqual(derOfPem("CERTIFICATE", pem), identity.certificate.der);
  assert.deepEqual(derOfPem("CERTIFICATE", pem.replaceAll("\n", "\r\n")), identity.certificate.der);
  assert.equal(derOfPem("PRIVATE KEY", pem), undefined);
  assert.equal(derOfPem("CERTIFICATE", pem + pem), undefined);
  assert.equal(derOfPem("CERTIFICATE", `${pem}x`), undefined);
  assert.equal(derOfPem("CERTIFICATE", pem.replace("MII", "M*I")), undefined);
});
