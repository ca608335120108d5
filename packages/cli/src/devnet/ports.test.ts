import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { CliError } from "../error.ts";
import { checkPorts, planPorts } from "./ports.ts";

test("the ports are those of the walk-through", () => {
  const { station, peers } = planPorts(4, 0);
  assert.deepEqual(station, { grpc: 7002, rest: 9002 });
  assert.deepEqual(
    peers.map(({ rest }) => rest),
    [9000, 9100, 9200, 9300],
  );
  assert.deepEqual(
    peers.map(({ grpc }) => grpc),
    [7100, 7101, 7102, 7103],
  );
});

test("the offset moves every port, and no two processes share one for any number of peers", () => {
  for (let count = 1; count <= 16; count++) {
    const { station, peers } = planPorts(count, 5);
    assert.deepEqual(station, { grpc: 7007, rest: 9007 });
    const all = [station, ...peers].flatMap(({ grpc, rest }) => [grpc, rest]);
    assert.equal(new Set(all).size, all.length);
  }
});

test("an offset beyond the last port is refused with the greatest one that works", () => {
  assert.throws(
    () => planPorts(4, 60_000),
    (error) =>
      error instanceof CliError && error.code === "PORT_OFFSET" && / at most 56235$/.test(error.message),
  );
  assert.equal(planPorts(4, 56_235).peers[3]?.rest, 65_535);
});

test("a port in use is named, and with it the way out; the others stay free", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const other = (free.address() as AddressInfo).port;
  free.close();
  await once(free, "close");
  const plan = { station: { grpc: other, rest: port }, peers: [] };
  await assert.rejects(checkPorts(plan), (error) => {
    assert.ok(error instanceof CliError && error.code === "PORT_IN_USE");
    assert.match(error.message, new RegExp(`^port ${port} is in use.*--port-offset`));
    return true;
  });
  server.close();
  await once(server, "close");
  await checkPorts(plan);
  // Checked ports are let go again.
  await checkPorts(plan);
});
