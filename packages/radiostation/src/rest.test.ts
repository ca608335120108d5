import assert from "node:assert/strict";
import { test } from "node:test";
import { startPeer, startStation, statusOf } from "./fixture.test.ts";

const get = async (rest: string, path: string) => {
  const response = await fetch(`${rest}/api/v1/${path}`);
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    headers: response.headers,
  };
};

/** Three peers: the first leads, the second follows and fell silent, the third never reported. */
const watched = async () => {
  const clock = { nowMs: Date.now() };
  const network = await startStation({ nowMs: () => clock.nowMs });
  const peers = [await startPeer(network, 0), await startPeer(network, 1), await startPeer(network, 2)];
  await peers[1]?.client.heartbeat(statusOf(1));
  clock.nowMs += 10_000;
  await peers[0]?.client.heartbeat(statusOf(0, { peer_type: "1" }));
  return { network, peers, clock };
};

const timeText = (atMs: number) => `${new Date(atMs).toISOString().replace("T", " ").slice(0, -1)}000`;

test("peer/list answers as the specification says", async () => {
  const { network, peers, clock } = await watched();
  const item = (index: number, changes: object) => ({
    order: index + 1,
    peer_id: `peer${index}.devnet`,
    group_id: `peer${index}.devnet`,
    target: `127.0.0.1:${7100 + index}`,
    rest_target: `127.0.0.1:${9000 + 100 * index}`,
    cert: Buffer.from(peers[index]?.identity.certificate.der ?? []).toString("base64"),
    status_update_time: timeText(clock.nowMs - 10_000),
    status: 2,
    peer_type: 0,
    ...changes,
  });
  const leader = item(0, { status: 1, peer_type: 1, status_update_time: timeText(clock.nowMs) });
  const { status, body, headers } = await get(network.rest, "peer/list");
  assert.equal(status, 200);
  assert.equal(headers.get("access-control-allow-origin"), "*");
  assert.match(String(headers.get("content-type")), /^application\/json/);
  assert.deepEqual(body, {
    response_code: 0,
    data: {
      registered_peer_count: 3,
      connected_peer_count: 1,
      registered_peer_list: [leader, item(1, {}), item(2, {})],
      connected_peer_list: [leader],
    },
  });
  assert.deepEqual((await get(network.rest, "peer/leader")).body, { response_code: 0, data: leader });
});

test("after a restart peers are unknown until they are heard", async () => {
  const { network, peers } = await watched();
  await network.station.close();
  const again = await startStation({ home: network.home });
  const { body } = await get(again.rest, "peer/list");
  const { registered_peer_list, connected_peer_list } = body.data as Record<string, { status: number }[]>;
  assert.deepEqual(
    registered_peer_list?.map(({ status }) => status),
    [0, 0, 0],
  );
  assert.deepEqual(connected_peer_list, []);
  await again.client(peers[2]?.identity).heartbeat(statusOf(2));
  const { body: later } = await get(again.rest, "peer/list");
  assert.equal((later.data as { connected_peer_count: number }).connected_peer_count, 1);
});

test("peer/status-list gives the latest status of each peer that reported one", async () => {
  const { network } = await watched();
  assert.deepEqual((await get(network.rest, "peer/status-list")).body, {
    response_code: 0,
    data: {
      registered_peer_count: 3,
      connected_peer_count: 1,
      peer_status_list: [
        { ...statusOf(0, { peer_type: "1" }), order: 1 },
        { ...statusOf(1), order: 2 },
      ],
    },
  });
});

test("peer/leader without a connected leader is -5, and the later of two wins", async () => {
  const { network, peers, clock } = await watched();
  await peers[1]?.client.heartbeat(statusOf(1, { peer_type: "1", block_height: 13 }));
  const { body } = await get(network.rest, "peer/leader");
  assert.equal((body.data as { peer_id: string }).peer_id, "peer1.devnet");
  clock.nowMs += 60_000;
  const none = await get(network.rest, "peer/leader");
  assert.deepEqual([none.status, none.body.response_code, typeof none.body.message], [200, -5, "string"]);
});

test("peer/status gives a peer's status; a missing parameter is -6, an unknown peer -1", async () => {
  const { network } = await watched();
  const codeOf = async (query: string) => (await get(network.rest, `peer/status${query}`)).body.response_code;
  const id = "peer1.devnet";
  assert.deepEqual((await get(network.rest, `peer/status?peer_id=${id}&group_id=${id}`)).body, statusOf(1));
  assert.equal(await codeOf(""), -6);
  assert.equal(await codeOf(`?peer_id=${id}`), -6);
  assert.equal(await codeOf(`?group_id=${id}`), -6);
  assert.equal(await codeOf(`?peer_id=${id}&peer_id=${id}&group_id=${id}`), -6);
  assert.equal(await codeOf(`?peer_id=peer9.devnet&group_id=${id}`), -1);
  assert.equal(await codeOf(`?peer_id=${id}&group_id=other`), -1);
  assert.equal(
    await codeOf("?peer_id=peer2.devnet&group_id=peer2.devnet"),
    -1,
    "registered, but never reported",
  );
});

test("a status is kept for each channel; without one the first is meant", async () => {
  const network = await startStation();
  const { client } = await startPeer(network, 0);
  await client.heartbeat(statusOf(0, { block_height: 5 }), "trade");
  await client.heartbeat(statusOf(0, { block_height: 7, peer_type: "1" }), "loans");
  const heightIn = async (query: string) => {
    const { body } = await get(
      network.rest,
      `peer/status?peer_id=peer0.devnet&group_id=peer0.devnet${query}`,
    );
    return body.block_height;
  };
  assert.deepEqual(
    [await heightIn(""), await heightIn("&channel=trade"), await heightIn("&channel=loans")],
    [5, 5, 7],
  );
  assert.equal(await heightIn("&channel=other"), undefined);
  assert.equal((await get(network.rest, "peer/leader")).body.response_code, -5);
  assert.equal((await get(network.rest, "peer/leader?channel=loans")).body.response_code, 0);
});

test("an unknown resource says so, whatever the method, and the directory takes no POST", async () => {
  const { rest } = await startStation();
  const unknown = { response_code: -1, message: "The resource doesn't exist" };
  for (const path of ["peer/unknown", "peer", "conf/x", "cert", "cert/list", "nothing", "peer/list/x", "%00"])
    assert.deepEqual((await get(rest, path)).body, unknown, path);
  for (const method of ["POST", "PUT", "DELETE", "PATCH"])
    for (const type of ["application/json", "text/plain", "nonsense"]) {
      const headers = { "content-type": type };
      const response = await fetch(`${rest}/api/v1/peer/list`, { method, headers, body: "{" });
      assert.deepEqual(await response.json(), unknown, `${method} ${type}`);
    }
  const outside = await fetch(`${rest}/`);
  assert.deepEqual([outside.status, await outside.json()], [404, unknown]);
});

test("a page of another origin may read, and may not send an administrator's signature", async () => {
  const { rest } = await startStation();
  const preflight = await fetch(`${rest}/api/v1/conf`, {
    method: "OPTIONS",
    headers: {
      origin: "http://elsewhere.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });
  assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
  assert.equal(preflight.headers.get("access-control-allow-headers"), "");
  assert.equal(preflight.headers.get("access-control-allow-methods"), "GET, HEAD");
});
