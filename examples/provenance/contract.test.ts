import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { JsonObject } from "@dure/score";
import { type TestIdentity, type TestKit, type TestResult, testKit } from "@dure/score-host/test-kit";
import type { Batch } from "./batch.ts";

const entry = new URL("../../provenance/contract.ts", import.meta.url);
const HASH = "cd".repeat(32);

let kit: TestKit;
let farm: TestIdentity;
let mill: TestIdentity;
let shop: TestIdentity;
let office: TestIdentity;

beforeEach(async () => {
  kit = await testKit({ entry, init: { producerRole: "producer", authorityRole: "authority" } });
  farm = kit.as("kim", { organisation: "farm", roles: ["producer"] });
  mill = kit.as("lee", { organisation: "mill" });
  shop = kit.as("park", { organisation: "shop" });
  office = kit.as("choi", { organisation: "food-office", roles: ["authority"] });
});
afterEach(() => kit.close());

const ok = <T>({ code, message, result, diagnostic }: TestResult<T>): T => {
  assert.equal(code, 0, diagnostic ?? message);
  return result;
};
const refused = ({ code, message }: TestResult<unknown>, reason: RegExp): void => {
  assert.notEqual(code, 0);
  assert.match(message, reason);
};

const idsOf = async (made: Promise<TestResult<{ ids: string[] }>>): Promise<string[]> => ok(await made).ids;
let codes = 0;
const wheat = async (quantity = "100"): Promise<string> => {
  const goods = { product: "wheat", quantity, unit: "kg" };
  const produced = farm.invoke<{ ids: string[] }>("produce", {
    maker: "farm",
    code: `W${++codes}`,
    ...goods,
  });
  return (await idsOf(produced))[0]!;
};
const splitInto = (id: string, quantities: readonly string[], by = farm): Promise<string[]> => {
  const parts = quantities.map((quantity) => ({ code: `S${++codes}`, quantity }));
  return idsOf(by.invoke("split", { id, parts }));
};
const hand = async (id: string, from: TestIdentity, to: TestIdentity): Promise<void> => {
  ok(await from.invoke("ship", { id, to: to.sender.organisation }));
  ok(await to.invoke("receive", { id, accept: true }));
};
const batchOf = async (id: string): Promise<Batch> => ok(await kit.query<Batch>("batch", { id }));

/** Returns all pages of a query as ids. */
const allIds = async (method: string, params: JsonObject): Promise<string[]> => {
  type Page = { batches: Batch[]; next: string | null };
  const { batches, next } = ok(await kit.query<Page>(method, { limit: 2, ...params }));
  const rest = next === null ? [] : await allIds(method, { ...params, after: next });
  return [...batches.map(({ id }) => id), ...rest];
};

/** Walks the graph as a client does: it keeps what it has seen, and asks for some batches at a time. */
const trace = async (id: string, direction: "up" | "down"): Promise<string[]> => {
  const seen = new Set([id]);
  const waiting = [id];
  while (waiting.length > 0) {
    const ids = waiting.splice(0, 20);
    const { next } = ok(await kit.query<{ next: string[] }>("trace", { ids, direction }));
    for (const one of next)
      if (!seen.has(one)) {
        seen.add(one);
        waiting.push(one);
      }
  }
  return [...seen].sort((a, b) => Number(a) - Number(b));
};

test("wheat becomes bread, and each batch knows what it was made of and what was made of it", async () => {
  const [one, two] = [await wheat(), await wheat("50.5")];
  const [merged] = await idsOf(farm.invoke("merge", { ids: [one, two], code: "W-all" }));
  assert.equal((await batchOf(merged!)).quantity, "150.500");
  await hand(merged!, farm, mill);
  const outputs = [
    { code: "F-1", product: "flour", quantity: "110", unit: "kg" },
    { code: "B-1", product: "bran", quantity: "30", unit: "kg" },
  ];
  const [flour, bran] = await idsOf(mill.invoke("transform", { ids: [merged!], outputs }));
  const [left, right] = await splitInto(flour!, ["60", "50"], mill);
  await hand(left!, mill, shop);
  assert.deepEqual(await trace(one, "down"), [one, merged, flour, bran, left, right]);
  assert.deepEqual(await trace(right!, "up"), [one, two, merged, flour, right]);
  assert.equal((await batchOf(merged!)).state, "consumed");
  assert.deepEqual(await allIds("batchesBy", { what: "holder", value: "mill" }), [bran, right]);
  assert.deepEqual(await allIds("batchesBy", { what: "product", value: "flour" }), [left, right]);
  const found = await kit.query<Batch>("batchOfCode", { maker: "mill", code: "F-1" });
  assert.equal(ok(found).id, flour);
  assert.equal(ok(await kit.query("batchOfCode", { maker: "farm", code: "F-1" })), null);
});

test("the parts of a batch are exactly the whole, and what is merged is alike", async () => {
  const id = await wheat("100");
  for (const parts of [
    ["60", "40.001"],
    ["60", "39.999"],
  ])
    await assert.rejects(splitInto(id, parts), /the batch is 100\.000/);
  const rice = await idsOf(
    farm.invoke("produce", { maker: "farm", code: "R", product: "rice", quantity: "1", unit: "kg" }),
  );
  refused(await farm.invoke("merge", { ids: [id, rice[0]!], code: "M" }), /of one product/);
  refused(await farm.invoke("merge", { ids: [id, id], code: "M" }), /named once/);
  const [a, b] = await splitInto(id, ["60", "40"]);
  refused(await farm.invoke("split", { id, parts: [] }), /parts must be a list/);
  await assert.rejects(splitInto(id, ["60", "40"]), /is consumed, not held/);
  assert.deepEqual([(await batchOf(a!)).quantity, (await batchOf(b!)).parents], ["60.000", [id]]);
});

test("goods change hands when both sides say so", async () => {
  const id = await wheat();
  ok(await farm.invoke("ship", { id, to: "mill", note: "truck 7" }));
  for (const other of [farm, shop])
    refused(await other.invoke("receive", { id, accept: true }), /is for mill/);
  refused(await farm.invoke("ship", { id, to: "shop" }), /is inTransit/);
  assert.deepEqual(await allIds("batchesBy", { what: "receiver", value: "mill" }), [id]);
  ok(await mill.invoke("receive", { id, accept: false, note: "wet" }));
  assert.deepEqual([(await batchOf(id)).holder, (await batchOf(id)).receiver], ["farm", undefined]);
  ok(await farm.invoke("ship", { id, to: "shop" }));
  refused(await shop.invoke("cancelShipment", { id }), /is for farm/);
  ok(await farm.invoke("cancelShipment", { id }));
  await hand(id, farm, mill);
  assert.equal((await batchOf(id)).holder, "mill");
  refused(await farm.invoke("ship", { id, to: "shop" }), /is for mill/);
  ok(await mill.invoke("dispose", { id, note: "used up" }));
  assert.deepEqual(await allIds("batchesBy", { what: "holder", value: "mill" }), []);
  const { steps } = ok(await kit.query<{ steps: { action: string; note?: string }[] }>("history", { id }));
  assert.deepEqual(
    steps.map(({ action, note }) => (note === undefined ? action : `${action}: ${note}`)),
    [
      "produce",
      "ship: truck 7",
      "turnAway: wet",
      "ship",
      "cancelShipment",
      "ship",
      "receive",
      "dispose: used up",
    ],
  );
});

test("only producers produce, each for itself, and a code stands for one batch", async () => {
  const goods = { product: "wheat", quantity: "1", unit: "kg" };
  refused(await mill.invoke("produce", { maker: "mill", code: "1", ...goods }), /needs the role producer/);
  refused(await farm.invoke("produce", { maker: "mill", code: "1", ...goods }), /is for mill/);
  ok(await farm.invoke("produce", { maker: "farm", code: "1", ...goods }));
  refused(await farm.invoke("produce", { maker: "farm", code: "1", ...goods }), /this code already/);
  refused(
    await farm.invoke("produce", { maker: "farm", code: "2", ...goods, quantity: "0.0001" }),
    /3 digits/,
  );
  refused(
    await farm.invoke("produce", { maker: "farm", code: "2", ...goods, quantity: "0" }),
    /at least 0.001/,
  );
});

test("certificates and readings are recorded by those concerned, in order", async () => {
  const id = await wheat();
  ok(await farm.invoke("attach", { id, kind: "organic certificate", hash: HASH }));
  refused(await shop.invoke("attach", { id, kind: "x", hash: HASH }), /is for farm/);
  ok(await farm.invoke("ship", { id, to: "mill" }));
  const reading = { sensor: "t-1", kind: "temperature", unit: "C" };
  const measured = [
    { ...reading, value: "-4.25", measuredAtMs: 1 },
    { ...reading, value: "3", measuredAtMs: 2 },
  ];
  ok(await mill.invoke("measure", { id, readings: measured }));
  const { readings } = ok(await kit.query<{ readings: { value: string; by: string }[] }>("readings", { id }));
  assert.deepEqual(
    readings.map(({ value, by }) => `${value} ${by}`),
    ["-4.250000 lee@mill", "3.000000 lee@mill"],
  );
  const { documents } = ok(await kit.query<{ documents: { kind: string }[] }>("documents", { id }));
  assert.deepEqual(
    documents.map(({ kind }) => kind),
    ["organic certificate"],
  );
});

test("a recall reaches all that was made of a batch, call by call, and says who has it", async () => {
  const root = await wheat("100");
  const parts = await splitInto(root, ["10", "20", "30", "40"]);
  for (const part of parts.slice(0, 2)) await hand(part, farm, mill);
  const output = { code: "F", product: "flour", quantity: "25", unit: "kg" };
  const [flour] = await idsOf(mill.invoke("transform", { ids: parts.slice(0, 2), outputs: [output] }));
  await hand(flour!, mill, shop);
  ok(await farm.invoke("ship", { id: parts[2]!, to: "mill" }));
  const unrelated = await wheat();

  refused(await shop.invoke("recall", { id: root, reason: "x" }), /is for farm/);
  const { recall } = ok(await office.invoke<{ recall: string }>("recall", { id: root, reason: "mould" }));
  // What is made of a batch before its turn comes is reached as well.
  const late = await splitInto(parts[3]!, ["15", "25"]);
  let calls = 0;
  for (let state = "spreading"; state === "spreading"; calls++) {
    const spread = ok(await shop.invoke<{ state: string; marked: number }>("spread", { recall, limit: 3 }));
    assert.equal(spread.marked, Math.min(3 * (calls + 1), 8));
    state = spread.state;
  }
  assert.equal(calls, 3);
  assert.deepEqual((await allIds("affected", { recall })).sort(), [root, ...parts, flour, ...late].sort());
  assert.deepEqual(await allIds("recalledGoods", { recall }), [parts[2], ...late, flour]);
  assert.deepEqual(await allIds("recalledGoods", { recall, holder: "shop" }), [flour]);
  refused(await shop.invoke("spread", { recall }), /is complete/);

  refused(await shop.invoke("ship", { id: flour!, to: "mill" }), /is under recall 1/);
  await assert.rejects(splitInto(late[0]!, ["7", "8"]), /under recall/);
  ok(await farm.invoke("ship", { id: unrelated, to: "mill" }));
  ok(await mill.invoke("receive", { id: parts[2]!, accept: true }));
  assert.deepEqual(await allIds("recalledGoods", { recall, holder: "mill" }), [parts[2]]);
  ok(await shop.invoke("dispose", { id: flour!, note: "destroyed" }));
  assert.deepEqual(await allIds("recalledGoods", { recall, holder: "shop" }), []);

  refused(await farm.invoke("lift", { recall }), /is for choi@food-office/);
  ok(await office.invoke("lift", { recall }));
  ok(await mill.invoke("ship", { id: parts[2]!, to: "shop" }));
});

test("the largest step, and a recall of all of it, stay within the bounds of a call", async () => {
  const root = await wheat("2500");
  const level = await splitInto(
    root,
    Array.from({ length: 50 }, () => "50"),
  );
  for (const id of level.slice(0, 10))
    await splitInto(
      id,
      Array.from({ length: 50 }, () => "1"),
    );
  ok(await farm.invoke("merge", { ids: level.slice(10), code: "M" }));
  const { recall } = ok(await farm.invoke<{ recall: string }>("recall", { id: root, reason: "x" }));
  for (let state = "spreading"; state === "spreading"; )
    state = ok(await farm.invoke<{ state: string }>("spread", { recall })).state;
  assert.equal((await allIds("affected", { recall, limit: 1000 })).length, 1 + 50 + 500 + 1);
});
