import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type TestKit, testKit } from "@dure/score-host/test-kit";

// The test runs from examples/dist; the contract is packed from its TypeScript source.
const entry = new URL("../../contract-agreement/contract.ts", import.meta.url);
const LEASE = { proposer: "kim", counterparties: ["lee", "park"], content: "a lease", quorum: 3 };

let kit: TestKit;
const peer = () => kit.as("peer0");
before(async () => {
  kit = await testKit({ entry });
});
after(() => kit.close());

/** Proposes with changes to the lease and returns the result. */
const propose = (changes: Record<string, string | number | string[]> = {}) =>
  peer().invoke<{ contract_id: string }>("propose", { ...LEASE, ...changes });
const approve = (user_id: string, contract_id: string) => peer().invoke("approve", { user_id, contract_id });

test("a proposal is listed for every party, approved by its proposer", async () => {
  const { code, result, events } = await propose({ proposer: "ahn", counterparties: ["baek"], quorum: 2 });
  assert.equal(code, 0);
  const listed = {
    contract_id: result.contract_id,
    proposer: "ahn",
    counterparties: ["baek"],
    content: "a lease",
    quorum: 2,
    approvers: ["ahn"],
  };
  for (const user_id of ["ahn", "baek"])
    assert.deepEqual((await kit.query("get_user_contracts", { user_id })).result, [listed]);
  assert.deepEqual(events[0], {
    name: "proposed",
    data: { contract_id: result.contract_id, proposer: "ahn", counterparties: ["baek"] },
  });
});

test("counterparties approve in turn, and the quorum concludes", async () => {
  const { contract_id } = (await propose()).result;
  const [first, second] = [await approve("lee", contract_id), await approve("park", contract_id)];
  assert.deepEqual(
    first.events.map(({ name }) => name),
    ["approved"],
  );
  assert.deepEqual(
    second.events.map(({ name }) => name),
    ["approved", "concluded"],
  );
  assert.deepEqual((second.result as { approvers: string[] }).approvers, ["kim", "lee", "park"]);
});

test("a second approval, a stranger's, and one of no contract are refused and change nothing", async () => {
  const { contract_id } = (await propose()).result;
  await approve("lee", contract_id);
  const before = kit.state();
  for (const [user, id, message] of [
    ["lee", contract_id, /has approved .* already/],
    ["kim", contract_id, /has approved .* already/],
    ["choi", contract_id, /is no party/],
    ["lee", "999", /there is no contract 999/],
  ] as const) {
    const refused = await approve(user, id);
    assert.equal(refused.code, 9000);
    assert.match(refused.message, message);
  }
  assert.deepEqual(kit.state(), before);
});

test("an unknown method is refused, an unknown user's list is empty", async () => {
  const refused = await peer().invoke("burn");
  assert.deepEqual(
    [refused.code, refused.message],
    [9000, "the SCORE contract-agreement has no invoke method burn"],
  );
  assert.deepEqual((await kit.query("get_user_contracts", { user_id: "nobody" })).result, []);
});

test("two proposals in one block get ids of their own", async () => {
  const call = peer().call("propose", LEASE);
  const [one, two] = (await kit.block([call, call])).map(({ result }) =>
    Number((result as { contract_id: string }).contract_id),
  );
  assert.equal(two, one! + 1);
});

test("a quorum as text is a number", async () => {
  assert.equal((await propose({ quorum: "2" })).code, 0);
});

for (const [name, changes] of Object.entries<Record<string, string | number | string[]>>({
  "without a proposer": { proposer: "" },
  "without counterparties": { counterparties: [] },
  "with counterparties that are no list": { counterparties: "lee" },
  "that names a party twice": { counterparties: ["lee", "kim"] },
  "with a quorum of none": { quorum: 0 },
  "with a quorum beyond its parties": { quorum: 4 },
  "with a quorum that is no integer": { quorum: 1.5 },
}))
  test(`a proposal ${name} is refused`, async () => {
    assert.equal((await propose(changes)).code, 9000);
  });
