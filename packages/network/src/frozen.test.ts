import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { linked, makeAuthority, startPeer, until } from "./fixture.ts";

/**
 * A wire that can be frozen: TCP goes on accepting and acknowledging, but no byte passes, which is what a stopped
 * process or a cut behind a firewall looks like from here.
 */
const wireTo = async (t: TestContext, port: number) => {
  let frozen = false;
  const sockets = new Set<Socket>();
  const dialled = new Set<Socket>();
  const join = (from: Socket, to: Socket): void => {
    sockets.add(from);
    from.on("data", (bytes) => {
      if (!frozen) to.write(bytes);
    });
    from.on("error", () => undefined);
    from.on("close", () => {
      sockets.delete(from);
      if (!frozen) to.destroy();
    });
  };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    dialled.add(near);
    near.on("close", () => dialled.delete(near));
    join(near, far);
    join(far, near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return {
    address: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    freeze: (value: boolean) => {
      frozen = value;
    },
    dialled: () => dialled.size,
  };
};

test("a frozen peer is noticed on both sides, dialled without leaving sockets behind, and linked when it thaws", async (t) => {
  const authority = await makeAuthority();
  const timing = { keepaliveIntervalMs: 100, keepaliveTimeoutMs: 200, answerTimeoutMs: 200, retryMsMax: 100 };
  const start = async (id: string) => {
    const peer = await startPeer(id, await authority.issue({ commonName: id }), { timing });
    t.after(() => peer.transport.close());
    return peer;
  };
  const [a, b] = [await start("peer0.devnet"), await start("peer1.devnet")];
  const wire = await wireTo(t, b.port);
  a.transport.setPeers([{ id: b.id, address: wire.address }]);
  await until("linked", () => linked(a, b));
  wire.freeze(true);
  await until("noticed on both sides", () => a.ups.length === 2 && b.ups.length === 2);
  assert.deepEqual(
    [a.ups, b.ups],
    [
      [`+${b.id}`, `-${b.id}`],
      [`+${a.id}`, `-${a.id}`],
    ],
  );
  const failures = (): number => a.events.filter(({ type }) => type === "dial-failed").length;
  await until("dialled in vain, several times", () => failures() >= 6);
  const reasons = a.events.flatMap((event) => (event.type === "dial-failed" ? [event.reason] : []));
  assert.match(reasons.at(-1) ?? "", /no TLS handshake within 200 ms|no connection in time/);
  await until("no socket of a given-up attempt is left", () => wire.dialled() <= 1);
  wire.freeze(false);
  await until("linked again", () => linked(a, b));
  assert.ok(a.membership.send(b.id, "bulk", Buffer.from("thawed")));
  await until("arrived", () => b.frames.length === 1);
});
