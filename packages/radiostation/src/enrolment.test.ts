import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { certificateIssuedBy, generateIdentityKey, makeRequest } from "@dure/crypto/x509";
import { openLine } from "./call.ts";
import { atEnd, failsWith, HOUR, newHome, startPeer, startStation, statusOf, suite } from "./fixture.test.ts";
import { openHome } from "./home.ts";
import { issueClient, radioStationClient, revokeCertificate } from "./index.ts";
import { issueRecorded } from "./issuance.ts";

test("a newcomer with a token gets the certificate that the token grants, and works with it at once", async () => {
  const network = await startStation();
  const { client, identity } = await network.enrol("peer0.devnet");
  const home = await openHome(network.home, suite);
  assert.deepEqual(identity.root, home.root);
  assert.ok(certificateIssuedBy(suite, identity.certificate, home.root));
  assert.equal(identity.certificate.commonName, "peer0.devnet");
  assert.deepEqual(identity.certificate.roles, ["peer"]);
  assert.deepEqual(await client.directory(), []);
  const issued = await readdir(join(network.home, "issued"));
  assert.ok(issued.includes(`${identity.certificate.serial}.pem`));
});

test("roles come from the token, not from the request", async () => {
  const network = await startStation();
  const client = network.client(undefined, await network.token("alice", ["client"]));
  const identity = await client.enrol({ commonName: "alice", roles: ["admin"] });
  assert.deepEqual(identity.certificate.roles, ["client"]);
});

test("the second use of a token is refused", async () => {
  const network = await startStation();
  const token = await network.token("alice", ["client"]);
  const alice = { commonName: "alice", roles: ["client"] };
  await network.client(undefined, token).enrol(alice);
  await failsWith("TOKEN_USED", network.client(undefined, token).enrol(alice));
});

test("of concurrent uses of a token exactly one wins", async () => {
  const network = await startStation();
  const token = await network.token("alice", ["client"]);
  const uses = Array.from({ length: 8 }, () =>
    network.client(undefined, token).enrol({ commonName: "alice", roles: ["client"] }),
  );
  const settled = await Promise.allSettled(uses);
  assert.equal(settled.filter((use) => use.status === "fulfilled").length, 1);
  const refusals = settled.flatMap((use) => (use.status === "rejected" ? [use.reason.code] : []));
  assert.deepEqual(refusals, Array(7).fill("TOKEN_USED"));
});

test("an expired token is refused, and so is one with another secret", async () => {
  let skewMs = 0;
  const network = await startStation({ nowMs: () => Date.now() + skewMs });
  const alice = { commonName: "alice", roles: ["client"] };
  const token = await network.token("alice", ["client"], HOUR);
  const parts = token.split(".");
  parts[2] = "A".repeat(43);
  await failsWith("TOKEN_UNKNOWN", network.client(undefined, parts.join(".")).enrol(alice));
  skewMs = HOUR + 1;
  await failsWith("TOKEN_EXPIRED", network.client(undefined, token).enrol(alice));
  skewMs = 0;
  await network.client(undefined, token).enrol(alice);
});

test("a request for another name is refused and leaves the token usable", async () => {
  const network = await startStation();
  const token = await network.token("alice", ["client"]);
  const mallory = { commonName: "mallory", roles: ["client"] };
  await failsWith("REQUEST_REFUSED", network.client(undefined, token).enrol(mallory));
  await network.client(undefined, token).enrol({ commonName: "alice", roles: ["client"] });
});

test("of a token's secret only a hash is kept", async () => {
  const network = await startStation();
  const token = await network.token("alice", ["client"]);
  const [, id, secret] = token.split(".");
  const kept = await readFile(join(network.home, "tokens", `${id}.json`), "utf8");
  assert.ok(secret !== undefined && !kept.includes(secret));
});

/** Forwards to a port, and keeps count of the connections and of whatever the client sent in clear or sealed. */
const wiretap = async (port: number) => {
  const seen = { connections: 0, chunks: [] as Buffer[] };
  const tap = net.createServer((inner) => {
    seen.connections++;
    const outer = net.connect(port, "127.0.0.1");
    inner.on("data", (chunk) => {
      seen.chunks.push(chunk);
      outer.write(chunk);
    });
    outer.on("data", (chunk) => inner.write(chunk));
    for (const socket of [inner, outer]) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        inner.destroy();
        outer.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => tap.listen(0, "127.0.0.1", resolve));
  atEnd(() => void tap.close());
  return { seen, port: (tap.address() as net.AddressInfo).port };
};

test("a server with another root is refused before the secret is sent", async () => {
  const real = await startStation();
  const impostor = await startStation();
  const token = await real.token("alice", ["client"]);
  const alice = { commonName: "alice", roles: ["client"] };
  const { seen, port } = await wiretap(impostor.grpcPort);
  await failsWith(
    "WRONG_FINGERPRINT",
    radioStationClient({ address: `127.0.0.1:${port}`, token }).enrol(alice),
  );
  assert.equal(seen.connections, 1, "only the connection that asks for the root was made");
  const honest = await wiretap(real.grpcPort);
  await radioStationClient({ address: `127.0.0.1:${honest.port}`, token }).enrol(alice);
  assert.equal(
    honest.seen.connections,
    2,
    "the request goes over a second connection, which trusts that root alone",
  );
});

test("a member of the same root cannot pose as the RadioStation", async () => {
  const network = await startStation();
  const { identity } = await network.enrol("peer0.devnet");
  const tls = await import("node:tls");
  const { pemOf } = await import("@dure/crypto/x509");
  const [cert, ca] = [identity.certificate, identity.root].map(({ der }) => pemOf("CERTIFICATE", der));
  const chain = `${cert}${ca}`;
  let heard = 0;
  const server = tls.createServer({ cert: chain, key: identity.key.pem, ALPNProtocols: ["h2"] }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      heard += bytes.length;
    });
  });
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => void server.close());
  const { port } = server.address() as net.AddressInfo;
  const token = await network.token("alice", ["client"]);
  const client = radioStationClient({ address: `127.0.0.1:${port}`, token, timeoutMs: 3_000 });
  await failsWith("UNREACHABLE", client.enrol({ commonName: "alice", roles: ["client"] }));
  assert.equal(heard, 0);
});

test("no certificate, a foreign, an expired and a revoked one are refused", async () => {
  let skewMs = 0;
  const network = await startStation({ nowMs: () => Date.now() + skewMs, certificateLifeMs: 10 * HOUR });
  const { client, identity } = await network.enrol("peer0.devnet");

  const nobody = openLine({ address: network.address, root: identity.root, timeoutMs: 5_000 });
  atEnd(nobody.close);
  await failsWith("UNAUTHENTICATED", nobody.call("Directory", {}));

  const elsewhere = await startStation();
  const stranger = await elsewhere.enrol("peer0.devnet");
  const foreign = openLine({
    ...nobody,
    ...{ address: network.address, root: identity.root, timeoutMs: 5_000 },
    identity: stranger.identity,
  });
  atEnd(foreign.close);
  await failsWith("UNAUTHENTICATED", foreign.call("Directory", {}));

  const home = await openHome(network.home, suite);
  const key = generateIdentityKey();
  const request = await makeRequest({ commonName: "old", organisation: "devnet", roles: [] }, key);
  const old = { nowMs: Date.now() - 2 * HOUR, lifeMs: HOUR };
  const issued = await issueRecorded({ ...home, root: { ...home.root, notBeforeMs: 0 } }, suite, {
    request,
    roles: ["client"],
    ...old,
  });
  assert.ok(issued.ok);
  const past = { certificate: issued.certificate, key, root: home.root };
  const expired = openLine({ address: network.address, root: home.root, identity: past, timeoutMs: 5_000 });
  atEnd(expired.close);
  await failsWith("UNAUTHENTICATED", expired.call("Directory", {}));
  await failsWith("IDENTITY_EXPIRED", network.client(past).directory());

  await client.directory();
  skewMs = 11 * HOUR;
  await failsWith("UNAUTHENTICATED", client.directory());
  skewMs = 0;
  await client.directory();
  await revokeCertificate(network.home, identity.certificate.serial, suite);
  await failsWith("UNAUTHENTICATED", client.directory());
  await failsWith("UNAUTHENTICATED", client.renew());
});

test("a renewal keeps name, roles and key, and the renewed identity goes on working", async () => {
  const network = await startStation();
  const peer = await startPeer(network, 0);
  const renewed = await peer.client.renew();
  assert.notEqual(renewed.certificate.serial, peer.identity.certificate.serial);
  assert.deepEqual(renewed.certificate.roles, ["peer"]);
  assert.deepEqual(renewed.certificate.publicKey, peer.identity.certificate.publicKey);
  const [listed] = await peer.client.directory();
  assert.equal(listed?.certificate, Buffer.from(renewed.certificate.der).toString("base64"));
  await peer.client.heartbeat(statusOf(0));
});

test("the holder of the authority makes identities by hand, which members' verbs take", async () => {
  const network = await startStation();
  const directory = `${await newHome()}-alice`;
  const identity = await issueClient(network.home, { name: "alice", roles: ["client"], directory, suite });
  assert.deepEqual(await network.client(identity).directory(), []);
  for (const name of ["radiostation", "root", "Alice", "alice.devnet", ""])
    await failsWith("NAME_REFUSED", issueClient(network.home, { name, roles: ["client"], directory, suite }));
  for (const commonName of ["radiostation.devnet", "peer0", "peer0.elsewhere"])
    await failsWith("NAME_REFUSED", network.token(commonName, ["peer"]));
  await failsWith("NAME_REFUSED", network.token("alice", ["king"]));
});

test("an absent RadioStation is told apart from a refusing one", async () => {
  const network = await startStation();
  const token = await network.token("alice", ["client"]);
  const alice = { commonName: "alice", roles: ["client"] };
  const { identity } = await network.enrol("bob", ["client"]);
  await network.station.close();
  await failsWith("UNREACHABLE", network.client(undefined, token).enrol(alice));
  await failsWith("UNREACHABLE", network.client(identity).directory());
  await failsWith("NO_IDENTITY", network.client().directory());
  await failsWith("NO_TOKEN", network.client().enrol(alice));
  await failsWith("TOKEN_MALFORMED", network.client(undefined, "dure1.x").enrol(alice));
});

test("a silent server costs a time-out, not a hang", async () => {
  const network = await startStation();
  const token = await network.token("alice", ["client"]);
  const silent = net.createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as net.AddressInfo;
  atEnd(() => void silent.close());
  const client = radioStationClient({ address: `127.0.0.1:${port}`, token, timeoutMs: 200 });
  await failsWith("TIMEOUT", client.enrol({ commonName: "alice", roles: ["client"] }));
});
