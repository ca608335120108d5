import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runDure } from "./dure.ts";
import { type Devnet, startDevnet, withLogs } from "./harness.ts";
import { getJson, type Json, objectIn, postJson } from "./json.ts";
import { clientOf } from "./signer.ts";
import { until } from "./until.ts";
import { filled, moved, runCurl, walkThrough } from "./walk-through.ts";

let devnet: Devnet;

before(async () => {
  devnet = await startDevnet();
});

after(() => devnet?.stop());

/** What each request of the walk-through must answer, and what it leaves for the ones after it. */
const makeChecks = () => {
  const heights: number[] = [];
  let txHash = "";
  const heightOf = (answer: Json): number => Number(objectIn(answer, "block_data_json")["height"]);
  const checks: readonly { name: string; path: RegExp; check: (answer: Json) => void }[] = [
    {
      name: "the RadioStation's list",
      path: /\/peer\/list/,
      check: (answer) => {
        assert.equal(answer["response_code"], 0);
        const data = objectIn(answer, "data");
        assert.equal(data["registered_peer_count"], 4);
        assert.equal((data["registered_peer_list"] as unknown[]).length, 4);
      },
    },
    {
      name: "a peer's status",
      path: /\/status\/peer/,
      check: (answer) => {
        assert.equal(answer["status"], "Service is online: 1");
        assert.match(String(answer["peer_id"]), /^peer[01]\.devnet$/);
        assert.equal(typeof answer["block_height"], "number");
      },
    },
    {
      name: "a transaction",
      path: /\/transactions$/,
      check: (answer) => {
        assert.equal(answer["response_code"], "0");
        assert.match(String(answer["tx_hash"]), /^[0-9a-f]{64}$/);
        txHash = String(answer["tx_hash"]);
      },
    },
    {
      name: "its result",
      path: /\/transactions\/result\?hash=/,
      check: (answer) =>
        assert.deepEqual(answer, { response_code: "0", response: { code: 0, jsonrpc: "2.0" } }),
    },
    {
      name: "the last block",
      path: /\/blocks$/,
      check: (answer) => {
        // Before the first transaction there is no block: both answers are v1's.
        heights.push(answer["response_code"] === 0 ? heightOf(answer) : 0);
      },
    },
    {
      name: "a block by its hash",
      path: /\/blocks\?hash=/,
      check: (answer) => {
        const transactions = answer["tx_data_json"] as readonly Json[];
        assert.ok(
          transactions.some((each) => each["tx_hash"] === txHash),
          "the block holds the transaction",
        );
      },
    },
  ];
  return { checks, heights };
};

/** The URL of a curl command, without quotes. */
const urlIn = (command: string): string => /https?:\/\/[^\s"']+/.exec(command)?.[0] ?? "";

test("the walk-through of the README answers as written", () =>
  withLogs(devnet, async () => {
    const { checks, heights } = makeChecks();
    const values = new Map<string, string>();
    const seen = new Set<string>();
    for (const written of walkThrough()) {
      const command = filled(moved(written, devnet.offset), values);
      const due = checks.find(({ path }) => path.test(urlIn(command)));
      assert.ok(due !== undefined, `nothing is known about ${written}`);
      seen.add(due.name);
      // Whoever types the next line is slower than the network; a script asks again until the result is there.
      const answer = await until(written, async () => {
        const latest = await runCurl(command);
        return objectIn(latest, "response")["code"] === 2 ? undefined : latest;
      });
      due.check(answer);
      for (const name of ["tx_hash", "block_hash"])
        if (typeof answer[name] === "string") values.set(name, answer[name]);
    }
    assert.deepEqual([...seen].sort(), checks.map(({ name }) => name).sort(), "every step stands in it");
    if (heights.length > 1) assert.ok((heights.at(-1) ?? 0) > (heights[0] ?? 0), `heights ${heights}`);
    else assert.ok((heights[0] ?? 0) > 0);
  }));

const invoke = async (
  at: number,
  method: string,
  params: Json,
): Promise<{ code: number; message: string }> => {
  const body = { jsonrpc: "2.0", method, params };
  const { answer } = await postJson(`${devnet.urls[at]}/api/v1/transactions`, body);
  assert.equal(answer["response_code"], "0");
  const result = await until(`the result of ${method}`, async () => {
    const asked = await getJson(`${devnet.urls[at]}/api/v1/transactions/result?hash=${answer["tx_hash"]}`);
    const response = objectIn(asked, "response");
    return response["code"] !== 2 && response;
  });
  return { code: Number(result["code"]), message: String(result["message"] ?? "") };
};

const contractsOf = async (at: number, user: string): Promise<readonly Json[]> => {
  const body = { jsonrpc: "2.0", method: "get_user_contracts", id: "1", params: { user_id: user } };
  const { answer } = await postJson(`${devnet.urls[at]}/api/v1/query`, body);
  assert.equal(answer["response_code"], "0");
  const response = objectIn(answer, "response");
  assert.equal(response["code"], 0);
  return response["response"] as readonly Json[];
};

test("the tutorial's contract agreement runs through REST v1, with its refusals", () =>
  withLogs(devnet, async () => {
    const proposal = {
      proposer: "alice",
      counterparties: ["bob", "carol"],
      content: "a roof for three",
      quorum: "3",
    };
    assert.deepEqual(await invoke(0, "propose", proposal), { code: 0, message: "" });
    const [proposed] = await contractsOf(0, "alice");
    const contract_id = proposed?.["contract_id"];
    assert.deepEqual(proposed, { ...proposal, contract_id, quorum: 3, approvers: ["alice"] });

    assert.deepEqual(await invoke(1, "approve", { user_id: "bob", contract_id }), { code: 0, message: "" });
    for (const at of devnet.urls.keys())
      await until(`peer ${at} shows bob's approval`, async () => {
        const [contract] = await contractsOf(at, "bob");
        return JSON.stringify(contract?.["approvers"]) === '["alice","bob"]';
      });

    const refusals = [
      { method: "approve", params: { user_id: "bob", contract_id }, because: /approved .* already/ },
      { method: "approve", params: { user_id: "mallory", contract_id }, because: /no party/ },
      { method: "approve", params: { user_id: "bob", contract_id: "404" }, because: /no contract 404/ },
      { method: "no_such_method", params: {}, because: /no_such_method/ },
      { method: "propose", params: { proposer: "alice" }, because: /counterparties/ },
    ];
    for (const { method, params, because } of refusals) {
      const { code, message } = await invoke(2, method, params);
      assert.equal(code, 9000, `${method}: ${message}`);
      assert.match(message, because);
    }
    assert.deepEqual(await contractsOf(3, "nobody"), []);
    const [unchanged] = await contractsOf(3, "alice");
    assert.deepEqual(unchanged?.["approvers"], ["alice", "bob"], "refusals changed nothing");
  }));

const dure = async (...args: readonly string[]): Promise<Json> => {
  const { code, stdout, stderr } = await runDure([...args, "--home", devnet.home, "--json"]);
  assert.equal(code, 0, `dure ${args.join(" ")}: ${stderr}${stdout}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Json;
};

test("the token moves by signed transactions, and all four peers read the same", () =>
  withLogs(devnet, async () => {
    const alice = await clientOf(devnet.home, "alice", devnet.channelId);
    const bob = await clientOf(devnet.home, "bob", devnet.channelId);
    const send = (as: string, method: string, params: Json) =>
      dure("tx", "send", "--as", as, "--score", "token", method, JSON.stringify(params));
    const minted = await send("admin", "mint", { to: alice.holder, amount: "100" });
    assert.equal(objectIn(minted, "receipt")["code"], 0, JSON.stringify(minted));
    const transferred = await send("alice", "transfer", { to: bob.holder, amount: "30" });
    assert.equal(objectIn(transferred, "receipt")["code"], 0, JSON.stringify(transferred));

    const got = await dure("tx", "get", String(transferred["id"]));
    assert.equal(got["status"], "executed", JSON.stringify(got));
    for (const [holder, balance] of [
      [alice.holder, "70"],
      [bob.holder, "30"],
    ] as const) {
      const asked = await dure("query", "--score", "token", "balance", JSON.stringify({ holder }));
      assert.equal(asked["result"], balance, JSON.stringify(asked));
      for (const url of devnet.urls)
        await until(`${url} shows ${balance}`, async () => {
          const query = { score: "token", method: "balance", params: { holder } };
          const { answer } = await postJson(`${url}/api/v2/query`, query);
          return answer["result"] === balance;
        });
    }
    const { height } = objectIn(transferred, "receipt");
    const block = await dure("block", String(height));
    assert.ok((block["transactions"] as readonly string[]).includes(String(transferred["id"])));
    const status = await dure("status");
    assert.ok(JSON.stringify(status).includes("peer3.devnet"), JSON.stringify(status));
  }));

test("a client that is no administrator mints nothing, and the refusal is a receipt", () =>
  withLogs(devnet, async () => {
    const alice = await clientOf(devnet.home, "alice", devnet.channelId);
    const args = ["tx", "send", "--as", "alice", "--score", "token", "mint"];
    const params = JSON.stringify({ to: alice.holder, amount: "1" });
    const { code, stdout, stderr } = await runDure([...args, params, "--home", devnet.home, "--json"]);
    assert.match(stdout + stderr, /9000/);
    assert.match(stdout + stderr, /only an administrator mints/);
    assert.notEqual(code, 0, "a script notices that its transaction was refused");
  }));
