/** REST v1 field by field, as specs/rest-v1.md gives it. */
import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  commit,
  type Founded,
  found,
  getJson,
  type Json,
  postJson,
  type Running,
  startMember,
} from "../fixture.test.ts";

const UNKNOWN = "ab".repeat(32);
const HEX_64 = /^[0-9a-f]{64}$/;
const MICROSECONDS = /^\d{16}$/;

let home: string;
let founded: Founded;
let peer: Running;

before(async () => {
  home = await mkdtemp(join(tmpdir(), "dure-v1-"));
  founded = await found(1);
  peer = await startMember(founded, 0, home);
});

after(async () => {
  await peer.peer.close();
  await rm(home, { recursive: true, force: true });
});

const v1 = (path: string): Promise<Json> => getJson(`${peer.url}/api/v1/${path}`);

const invoke = (method: string, params: Json): Promise<string> =>
  commit(peer, { jsonrpc: "2.0", method, params, id: "1" });

const query = async (method: string, params: Json, id: unknown = 7): Promise<Json> =>
  (await postJson(`${peer.url}/api/v1/query`, { jsonrpc: "2.0", method, params, id })).answer;

const resultOf = async (hash: string): Promise<Json> => {
  const { response_code, response } = await v1(`transactions/result?hash=${hash}`);
  assert.equal(response_code, "0");
  return response as Json;
};

test("an empty channel has a status, a SCORE and no last block", async () => {
  assert.deepEqual(await v1("status/peer"), {
    made_block_count: 0,
    status: "Service is online: 1",
    peer_type: "1",
    audience_count: "0",
    consensus: "lft",
    peer_id: "peer0.org",
    block_height: 0,
    total_tx: 0,
    peer_target: peer.address.address,
    leader_complaint: 1,
  });
  assert.deepEqual(await v1("status/score"), {
    id: "contract-agreement",
    version: "1.0.0",
    all_version: ["1.0.0"],
    status: 0,
  });
  assert.equal((await v1("blocks"))["response_code"], -1);
});

test("data is recorded: accepted with a hash, then shown with its meta, its result and its block", async () => {
  const { status, answer } = await postJson(`${peer.url}/api/v1/transactions`, '{"data":"hello"}');
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(answer).sort(), ["more_info", "response_code", "tx_hash"]);
  assert.deepEqual([answer["response_code"], answer["more_info"]], ["0", ""]);
  const hash = String(answer["tx_hash"]);
  assert.match(hash, HEX_64);
  await commit(peer, { data: "next" });
  assert.deepEqual(await resultOf(hash), { code: 0, jsonrpc: "2.0" });
  const { signature, public_key, ...shown } = await v1(`transactions?hash=${hash}`);
  assert.deepEqual(shown, {
    response_code: 0,
    data: { data: "hello" },
    meta: {
      peer_id: "peer0.org",
      score_id: "contract-agreement",
      score_version: "1.0.0",
      channel_name: "test",
    },
    more_info: "success",
  });
  assert.equal(Buffer.from(String(signature), "base64").length, 64);
  const certificate = founded.members[0]?.identity.certificate.der ?? assert.fail();
  assert.equal(public_key, Buffer.from(certificate).toString("base64"));
  assert.deepEqual(
    await v1(`transactions?hash=0x${hash.toUpperCase()}`),
    await v1(`transactions?hash=${hash}`),
  );
});

test("a block is shown last, and by its hash with its transactions", async () => {
  const hash = await commit(peer, '{ "data" : "as it was written" }');
  const last = await v1("blocks");
  assert.deepEqual(Object.keys(last).sort(), ["block_data_json", "block_hash", "response_code"]);
  assert.equal(last["response_code"], 0);
  assert.match(String(last["block_hash"]), HEX_64);
  const data = last["block_data_json"] as Json;
  assert.deepEqual(Object.keys(data).sort(), [
    "height",
    "merkle_tree_root_hash",
    "peer_id",
    "prev_block_hash",
    "time_stamp",
  ]);
  assert.match(String(data["prev_block_hash"]), HEX_64);
  assert.match(String(data["merkle_tree_root_hash"]), HEX_64);
  assert.match(String(data["time_stamp"]), MICROSECONDS);
  assert.equal(typeof data["time_stamp"], "string");
  assert.equal(data["height"], String((await v1("status/peer"))["block_height"]));
  assert.equal(data["peer_id"], "peer0.org");
  const named = await v1(`blocks?hash=${last["block_hash"]}`);
  assert.deepEqual(named, {
    block_hash: last["block_hash"],
    block_data_json: data,
    tx_data_json: [
      {
        tx_hash: hash,
        timestamp: data["time_stamp"],
        data_string: '{ "data" : "as it was written" }',
        peer_id: "peer0.org",
      },
    ],
  });
  const parent = await v1(`blocks?hash=${data["prev_block_hash"]}`);
  assert.equal(Number((parent["block_data_json"] as Json)["height"]), Number(data["height"]) - 1);
});

test("the tutorial's contract: proposed, approved, and refused where it must be", async () => {
  const params = { proposer: "alice", counterparties: ["bob", "carol"], content: "rent", quorum: 2 };
  assert.deepEqual(await resultOf(await invoke("propose", params)), { code: 0, jsonrpc: "2.0" });
  const agreement = { contract_id: "1", ...params, approvers: ["alice"] };
  assert.deepEqual(await query("get_user_contracts", { user_id: "bob" }), {
    response_code: "0",
    response: { jsonrpc: "2.0", code: 0, response: [agreement], id: 7 },
  });
  await invoke("approve", { user_id: "bob", contract_id: "1" });
  const { response } = await query("get_user_contracts", { user_id: "alice" });
  assert.deepEqual((response as Json)["response"], [{ ...agreement, approvers: ["alice", "bob"] }]);
  for (const [method, refused] of [
    ["approve", { user_id: "bob", contract_id: "1" }],
    ["approve", { user_id: "mallory", contract_id: "1" }],
    ["no_such_method", {}],
  ] as const) {
    const { code, message, ...rest } = await resultOf(await invoke(method, refused));
    assert.equal(code, 9000, method);
    assert.ok(String(message).length > 0);
    assert.deepEqual(rest, { jsonrpc: "2.0" });
  }
  const nobody = await query("get_user_contracts", { user_id: "nobody" }, null);
  assert.deepEqual(nobody["response"], { jsonrpc: "2.0", code: 0, response: [], id: null });
});

test("a query that its SCORE refuses says so with code 9000 and a message", async () => {
  for (const [method, params] of [
    ["no_such_method", {}],
    ["get_user_contracts", {}],
    ["propose", { proposer: "a" }],
  ] as const) {
    const { response_code, response } = await query(method, params);
    assert.equal(response_code, "0");
    const { code, message } = response as Json;
    assert.equal(code, 9000, method);
    assert.ok(String(message).length > 0);
  }
});

test("what is not there is answered in the shape that its clients know", async () => {
  const missing = {
    response_code: -1,
    data: "",
    meta: "",
    more_info: "fail",
    signature: "",
    public_key: "",
  };
  for (const hash of [UNKNOWN, "zz", ""]) assert.deepEqual(await v1(`transactions?hash=${hash}`), missing);
  assert.deepEqual(await resultOf(UNKNOWN), { code: 2, jsonrpc: "2.0" });
  const block = await v1(`blocks?hash=${UNKNOWN}`);
  assert.equal(block["response_code"], -4);
  assert.equal(typeof block["message"], "string");
  const nowhere = await fetch(`${peer.url}/api/v1/nowhere`);
  assert.equal(nowhere.status, 404);
  const { response_code, message } = (await nowhere.json()) as Json;
  assert.deepEqual([response_code, message], [-1, "The resource doesn't exist"]);
});

test("a channel is named in the query or in the body, by name or id; another one is refused", async () => {
  for (const name of ["test", founded.channelId]) {
    assert.equal((await v1(`status/peer?channel=${name}`))["peer_id"], "peer0.org");
    await commit(peer, { data: name, channel: name });
  }
  const { status, answer } = await postJson(`${peer.url}/api/v1/transactions`, { data: 1, channel: "other" });
  assert.deepEqual([status, answer["code"], answer["response_code"]], [404, "CHANNEL_UNKNOWN", -1]);
  assert.equal((await v1("blocks?channel=other"))["code"], "CHANNEL_UNKNOWN");
});

test("a body that is no JSON, or too deep, is refused and leaves nothing behind", async () => {
  const before = (await v1("status/peer"))["block_height"];
  for (const body of ["", "{", "[".repeat(65) + "]".repeat(65), "\ufeff1"]) {
    const { status, answer } = await postJson(`${peer.url}/api/v1/transactions`, body);
    assert.deepEqual([status, answer["code"]], [400, "REQUEST_MALFORMED"], body.slice(0, 9));
  }
  const large = JSON.stringify({ data: "x".repeat(70_000) });
  const { status, answer } = await postJson(`${peer.url}/api/v1/transactions`, large);
  assert.deepEqual([status, answer["code"]], [413, "TX_TOO_LARGE"]);
  const huge = await postJson(`${peer.url}/api/v1/transactions`, "1".repeat(5 << 20));
  assert.deepEqual([huge.status, huge.answer["code"]], [413, "REQUEST_TOO_LARGE"]);
  assert.equal((await v1("status/peer"))["block_height"], before);
});
