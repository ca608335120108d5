import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { createSodiumSuite } from "./sodium.ts";
import {
  type Certificate,
  generateIdentityKey,
  type IdentityKey,
  issue,
  makeRequest,
  makeRoot,
  pemOf,
} from "./x509.ts";

const suite = createSodiumSuite();
const NOW = Date.now();
const HOUR = 3_600_000;

const authority = async () => {
  const key = generateIdentityKey();
  const root = await makeRoot({ organisation: "devnet", nowMs: NOW - HOUR, notAfterMs: NOW + HOUR, key });
  return { key, root };
};

const identityOf = async (
  ca: { key: IdentityKey; root: Certificate },
  commonName: string,
  notAfterMs = NOW + HOUR,
) => {
  const key = generateIdentityKey();
  const request = await makeRequest({ commonName, organisation: "devnet", roles: ["peer"] }, key);
  const issued = await issue({
    suite,
    root: ca.root,
    rootKey: ca.key,
    request,
    roles: ["peer"],
    notBeforeMs: NOW - HOUR,
    notAfterMs,
    subjectAltNames: [
      { type: "ip", value: "127.0.0.1" },
      { type: "dns", value: "localhost" },
    ],
  });
  assert.ok(issued.ok);
  return {
    key: key.pem,
    cert: pemOf("CERTIFICATE", issued.certificate.der),
    ca: pemOf("CERTIFICATE", ca.root.der),
  };
};

/** What the server saw of the client: its common name, or undefined for a handshake that failed. */
const connect = async (server: tls.Server, options: tls.ConnectionOptions): Promise<string | undefined> => {
  const { port } = server.address() as AddressInfo;
  const socket = tls.connect({ host: "127.0.0.1", port, ...options });
  const seen = new Promise<string | undefined>((resolve) => {
    server.once("secureConnection", (peer: tls.TLSSocket) => {
      resolve(String(peer.getPeerCertificate().subject.CN));
      peer.end();
    });
    server.once("tlsClientError", () => resolve(undefined));
    socket.once("error", () => resolve(undefined));
  });
  try {
    return await seen;
  } finally {
    socket.destroy();
    server.removeAllListeners("secureConnection");
    server.removeAllListeners("tlsClientError");
  }
};

test("mutual TLS takes these certificates, and refuses another authority's, expired and absent ones", async () => {
  const ca = await authority();
  const server = tls.createServer({ ...(await identityOf(ca, "peer0.devnet")), requestCert: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const peer1 = await identityOf(ca, "peer1.devnet");
    assert.equal(await connect(server, peer1), "peer1.devnet");
    const foreign = await identityOf(await authority(), "peer1.devnet");
    assert.equal(await connect(server, { ...foreign, ca: peer1.ca }), undefined, "another authority's");
    assert.equal(await connect(server, foreign), undefined, "a client that trusts another authority");
    assert.equal(
      await connect(server, await identityOf(ca, "peer1.devnet", NOW - 60_000)),
      undefined,
      "expired",
    );
    assert.equal(await connect(server, { ca: peer1.ca }), undefined, "absent");
  } finally {
    server.close();
  }
});
