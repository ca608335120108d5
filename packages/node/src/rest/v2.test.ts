import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Identity } from "@dure/crypto/x509";
import { certificateId } from "@dure/types";
import {
  commit,
  enrol,
  type Founded,
  found,
  getJson,
  type Json,
  postJson,
  type Running,
  signed,
  startMember,
  suite,
} from "../fixture.test.ts";

const UNKNOWN = "ab".repeat(32);

let home: string;
let founded: Founded;
let peer: Running;
let alice: Identity;

before(async () => {
  home = await mkdtemp(join(tmpdir(), "dure-v2-"));
  founded = await found(1, 0, (document) => ({
    ...document,
    policies: { submitRoles: ["client"], peerSubmits: false },
  }));
  peer = await startMember(founded, 0, home);
  alice = await enrol(founded.organisation, "alice", "client");
});

after(async () => {
  await peer.peer.close();
  await rm(home, { recursive: true, force: true });
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const submit = (transactions: readonly Uint8Array[], query = "") =>
  postJson(`${peer.url}/api/v2/transactions${query}`, {
    transactions: transactions.map(base64),
    certificates: [base64(alice.certificate.der)],
  });

const v2 = (path: string): Promise<Json> => getJson(`${peer.url}/api/v2/${path}`);

test("a signed transaction is answered with its receipt, and read back with its bytes", async () => {
  const propose = { proposer: "a", counterparties: ["b"], content: "c", quorum: 2 };
  const bytes = signed(founded, alice, { method: "propose", params: propose });
  const { status, answer } = await submit([bytes]);
  assert.equal(status, 200);
  const [submitted] = answer["transactions"] as [Json];
  assert.equal(submitted["status"], "executed");
  const { height, events, ...receipt } = submitted["receipt"] as Json;
  assert.deepEqual(receipt, { index: 0, code: 0, message: "", result: { contract_id: "1" } });
  assert.deepEqual(events, [
    {
      score: "contract-agreement",
      name: "proposed",
      data: { contract_id: "1", proposer: "a", counterparties: ["b"] },
    },
  ]);
  const shown = await v2(`transactions/${submitted["id"]}`);
  assert.equal(shown["bytes"], base64(bytes));
  assert.equal(shown["sender"], certificateId(suite, alice.certificate.der));
  assert.deepEqual(shown["receipt"], submitted["receipt"]);
  const block = await v2(`blocks/${height}`);
  assert.deepEqual(block["transactions"], [submitted["id"]]);
  assert.deepEqual(await v2(`blocks/${block["id"]}`), block);
  const queried = await postJson(`${peer.url}/api/v2/query`, {
    method: "get_user_contracts",
    params: { user_id: "b" },
  });
  assert.deepEqual(queried.answer, {
    code: 0,
    message: "",
    result: [{ contract_id: "1", ...propose, approvers: ["a"] }],
    height,
  });
});

test("of many, each is answered at its place, and one that is refused spoils no other", async () => {
  const good = signed(founded, alice, { data: "good" });
  const { status, answer } = await submit([good, Uint8Array.of(1), good]);
  assert.equal(status, 200);
  const answers = answer["transactions"] as readonly Json[];
  assert.deepEqual(
    answers.map((each) => each["code"] ?? each["status"]),
    ["executed", "TX_MALFORMED", "TX_DUPLICATE"],
  );
});

test("one that is refused alone is refused with its code's status", async () => {
  const expired = signed(founded, alice, 1, { expiryMs: Date.now() - 1 });
  const { status, answer } = await submit([expired]);
  assert.deepEqual([status, answer["code"]], [409, "TX_EXPIRED"]);
  const auditor = await enrol(founded.organisation, "eve", "auditor");
  const body = {
    transactions: [base64(signed(founded, auditor, 1))],
    certificates: [base64(auditor.certificate.der)],
  };
  const refused = await postJson(`${peer.url}/api/v2/transactions`, body);
  assert.deepEqual([refused.status, refused.answer["code"]], [403, "ROLE_NOT_ALLOWED"]);
});

test("a client chooses how long it waits, and for what", async () => {
  const [accepted] = (await submit([signed(founded, alice, 1)], "?wait=accepted")).answer["transactions"] as [
    Json,
  ];
  assert.equal(accepted["status"], "accepted");
  const [final] = (await submit([signed(founded, alice, 2)], "?wait=final")).answer["transactions"] as [Json];
  assert.match(String(final["status"]), /^(final|executed)$/);
  for (const query of ["?wait=soon", "?waitMs=-1", "?waitMs=30001", "?waitMs=1.5", "?wait=final&wait=final"])
    assert.equal((await submit([signed(founded, alice, 3)], query)).status, 400, query);
});

test("a peer that may not sign for others refuses plain v1 transactions, and says how to send them", async () => {
  const { status, answer } = await postJson(`${peer.url}/api/v1/transactions`, { data: 1 });
  assert.deepEqual([status, answer["code"]], [403, "PEER_SUBMITS_OFF"]);
  await assert.rejects(commit(peer, { data: 1 }));
});

test("what is malformed or unknown is refused with a code", async () => {
  const refused = [
    ["transactions/xyz", 400, "REQUEST_MALFORMED"],
    [`transactions/${UNKNOWN}`, 404, "TX_UNKNOWN"],
    [`blocks/${UNKNOWN}`, 404, "BLOCK_UNKNOWN"],
    ["blocks/0", 404, "BLOCK_UNKNOWN"],
    ["blocks/9007199254740991", 404, "BLOCK_UNKNOWN"],
    ["blocks/9007199254740993", 400, "REQUEST_MALFORMED"],
    ["blocks/-1", 400, "REQUEST_MALFORMED"],
    ["status?channel=other", 404, "CHANNEL_UNKNOWN"],
    ["nothing", 404, "NOT_FOUND"],
  ] as const;
  for (const [path, status, code] of refused) {
    const response = await fetch(`${peer.url}/api/v2/${path}`);
    assert.deepEqual([response.status, ((await response.json()) as Json)["code"]], [status, code], path);
  }
  for (const body of [[], { transactions: 1 }, { transactions: ["*"] }, { transactions: ["AAA"] }]) {
    const { status, answer } = await postJson(`${peer.url}/api/v2/transactions`, body);
    assert.deepEqual([status, answer["code"]], [400, "REQUEST_MALFORMED"], JSON.stringify(body));
  }
  const many = { transactions: Array.from({ length: 1_001 }, () => "") };
  assert.equal((await postJson(`${peer.url}/api/v2/transactions`, many)).status, 413);
});

test("the genesis is served byte for byte, since its hash is the channel", async () => {
  const response = await fetch(`${peer.url}/api/v2/genesis`);
  assert.equal(await response.text(), founded.genesisText);
  assert.equal((await v2("status"))["channelId"], founded.channelId);
});
