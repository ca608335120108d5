import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { JsonObject } from "@dure/score";
import { type TestIdentity, type TestKit, type TestResult, testKit } from "@dure/score-host/test-kit";
import type { Credit, Presentation } from "./credit.ts";

const entry = new URL("../../letter-of-credit/contract.ts", import.meta.url);
const DAY_MS = 86_400_000;
const HASH = "ab".repeat(32);
const DOCUMENTS = ["commercial invoice", "bill of lading"];

let kit: TestKit;
let buyer: TestIdentity;
let seller: TestIdentity;
let issuer: TestIdentity;
let adviser: TestIdentity;
let stranger: TestIdentity;

beforeEach(async () => {
  kit = await testKit({ entry, init: { examinationMs: 5 * DAY_MS, role: "client" } });
  buyer = kit.as("kim", { organisation: "importer" });
  seller = kit.as("lee", { organisation: "exporter" });
  issuer = kit.as("park", { organisation: "bank-of-seoul" });
  adviser = kit.as("choi", { organisation: "bank-of-busan" });
  stranger = kit.as("ahn", { organisation: "stranger" });
});
afterEach(() => kit.close());

const TERMS = {
  applicant: "importer",
  beneficiary: "exporter",
  issuingBank: "bank-of-seoul",
  advisingBank: "bank-of-busan",
  goods: "1,000 boxes of tea",
  amount: "100000",
  currency: "KRW",
  documents: DOCUMENTS,
};

const ok = <T>({ code, message, result, diagnostic }: TestResult<T>): T => {
  assert.equal(code, 0, diagnostic ?? message);
  return result;
};
const refused = ({ code, message }: TestResult<unknown>, reason: RegExp): void => {
  assert.notEqual(code, 0);
  assert.match(message, reason);
};

/** Returns the id of a credit that has come as far as a state. */
const creditIn = async (
  state: "applied" | "issued" | "advised" | "confirmed",
  changes: JsonObject = {},
): Promise<string> => {
  const params = { ...TERMS, expiresAtMs: kit.timestampMs() + 60 * DAY_MS, ...changes };
  const confirm = state === "confirmed";
  const { id } = ok(await buyer.invoke<{ id: string }>("apply", { ...params, confirm }));
  if (state === "applied") return id;
  ok(await issuer.invoke("issue", { id, number: `LC-${id}` }));
  if (state === "issued") return id;
  ok(await adviser.invoke("advise", { id }));
  if (confirm) ok(await adviser.invoke("confirm", { id }));
  return id;
};

const creditOf = async (id: string): Promise<Credit> => ok(await kit.query<Credit>("credit", { id }));
const presentationOf = async (id: string, presentation: number): Promise<Presentation> =>
  ok(await kit.query<Presentation>("presentation", { id, presentation }));

const present = (id: string, changes: JsonObject = {}) =>
  seller.invoke<{ presentation: number; findings: string[] }>("present", {
    id,
    amount: "100000",
    documents: DOCUMENTS.map((kind) => ({ kind, hash: HASH })),
    shippedAtMs: kit.timestampMs(),
    ...changes,
  });

test("a credit is applied for, issued, advised, drawn on and honoured", async () => {
  const id = await creditIn("advised");
  assert.deepEqual(ok(await present(id)), { presentation: 1, findings: [] });
  ok(await issuer.invoke("examine", { id, presentation: 1, discrepancies: [] }));
  const paid = await issuer.invoke("honour", { id, presentation: 1, reference: "SWIFT-1" });
  ok(paid);
  assert.deepEqual(paid.events, [
    {
      name: "honour",
      data: { id, state: "honoured", presentation: 1, presentationState: "honoured", amount: "100000" },
    },
  ]);
  const credit = await creditOf(id);
  assert.deepEqual([credit.state, credit.drawn, credit.open], ["honoured", "100000", 0]);
  assert.deepEqual((await presentationOf(id, 1)).references, ["SWIFT-1"]);
  const { steps } = ok(await kit.query<{ steps: { action: string; by: string }[] }>("history", { id }));
  assert.deepEqual(
    steps.map(({ action, by }) => `${action} ${by}`),
    [
      "apply kim@importer",
      "issue park@bank-of-seoul",
      "advise choi@bank-of-busan",
      "present lee@exporter",
      "accept park@bank-of-seoul",
      "honour park@bank-of-seoul",
    ],
  );
});

test("a confirming bank examines and honours, and is reimbursed by the issuing bank", async () => {
  const id = await creditIn("confirmed");
  ok(await present(id));
  refused(await issuer.invoke("examine", { id, presentation: 1, discrepancies: [] }), /bank-of-busan/);
  ok(await adviser.invoke("examine", { id, presentation: 1, discrepancies: [] }));
  refused(
    await issuer.invoke("reimburse", { id, presentation: 1, reference: "R" }),
    /complying, not honoured/,
  );
  ok(await adviser.invoke("honour", { id, presentation: 1, reference: "P-1" }));
  ok(await issuer.invoke("reimburse", { id, presentation: 1, reference: "R-1" }));
  const { state, references } = await presentationOf(id, 1);
  assert.deepEqual([state, references], ["reimbursed", ["P-1", "R-1"]]);
});

test("nobody acts for another party, and nobody without the role", async () => {
  const id = await creditIn("applied");
  for (const other of [buyer, seller, adviser, stranger])
    refused(await other.invoke("issue", { id, number: "1" }), /is for bank-of-seoul/);
  const guard = kit.as("yoon", { organisation: "bank-of-seoul", roles: ["peer"] });
  refused(await guard.invoke("issue", { id, number: "1" }), /needs the role client/);
  refused(await stranger.invoke("apply", { ...TERMS, expiresAtMs: kit.timestampMs() + DAY_MS }), /importer/);
  ok(await issuer.invoke("issue", { id, number: "1" }));
  refused(await issuer.invoke("advise", { id }), /is for bank-of-busan/);
  ok(await adviser.invoke("advise", { id }));
  for (const other of [buyer, issuer, adviser, stranger])
    refused(
      await other.invoke("present", {
        id,
        amount: 1,
        documents: [{ kind: "invoice", hash: HASH }],
        shippedAtMs: 0,
      }),
      /is for exporter/,
    );
});

test("a party named as a person is that person alone", async () => {
  const id = await creditIn("issued", { advisingBank: "choi@bank-of-busan" });
  refused(await kit.as("other", { organisation: "bank-of-busan" }).invoke("advise", { id }), /is for choi@/);
  ok(await adviser.invoke("advise", { id }));
});

test("each step has its state, and a bank gives each number once", async () => {
  const id = await creditIn("applied");
  refused(await adviser.invoke("advise", { id }), /credit 1 is applied, not issued/);
  refused(await present(id), /is applied, not advised/);
  ok(await issuer.invoke("issue", { id, number: "LC-7" }));
  refused(await issuer.invoke("issue", { id, number: "LC-8" }), /is issued/);
  refused(await issuer.invoke("decline", { id }), /is issued/);
  const other = await creditIn("applied");
  refused(await issuer.invoke("issue", { id: other, number: "LC-7" }), /this number already/);
  ok(await issuer.invoke("decline", { id: other, note: "no line of credit" }));
  assert.equal((await creditOf(other)).state, "declined");
  const query = { issuingBank: "bank-of-seoul", number: "LC-7" };
  assert.equal(ok(await kit.query<Credit>("creditOfNumber", query)).id, id);
  assert.equal(ok(await kit.query("creditOfNumber", { ...query, number: "none" })), null);
  refused(await adviser.invoke("confirm", { id }), /is issued, not advised/);
  refused(await issuer.invoke("issue", { id: "99", number: "1" }), /there is no credit 99/);
});

test("what the contract sees on the face of a presentation is found, and the bank decides", async () => {
  const shipBy = kit.timestampMs() + 5 * DAY_MS;
  const id = await creditIn("advised", { latestShipmentAtMs: shipBy, presentationMs: 3 * DAY_MS });
  kit.advance(20 * DAY_MS);
  const documents = [{ kind: "commercial invoice", hash: HASH }];
  const { findings } = ok(await present(id, { documents, shippedAtMs: shipBy + 1 }));
  assert.deepEqual(findings, ["missing document: bill of lading", "late shipment", "late presentation"]);
  ok(await issuer.invoke("examine", { id, presentation: 1, discrepancies: [] }));
});

test("discrepancies are waived by the applicant, and payment stays the bank's decision", async () => {
  const id = await creditIn("advised");
  ok(await present(id));
  ok(await issuer.invoke("examine", { id, presentation: 1, discrepancies: ["invoice not signed"] }));
  refused(await issuer.invoke("honour", { id, presentation: 1, reference: "R" }), /is discrepant/);
  refused(await seller.invoke("waive", { id, presentation: 1 }), /is for importer/);
  ok(await buyer.invoke("waive", { id, presentation: 1 }));
  ok(await issuer.invoke("honour", { id, presentation: 1, reference: "R" }));
  assert.deepEqual((await presentationOf(id, 1)).discrepancies, ["invoice not signed"]);
});

test("refused documents are returned, and the beneficiary presents again", async () => {
  const id = await creditIn("advised");
  ok(await present(id));
  refused(await issuer.invoke("returnDocuments", { id, presentation: 1 }), /is presented/);
  ok(await issuer.invoke("examine", { id, presentation: 1, discrepancies: ["no date"] }));
  ok(await issuer.invoke("returnDocuments", { id, presentation: 1 }));
  assert.equal(ok(await present(id)).presentation, 2);
  const listed = ok(
    await kit.query<{ presentations: Presentation[]; next: string | null }>("presentations", {
      id,
      limit: 1,
    }),
  );
  assert.deepEqual([listed.presentations[0]?.state, listed.next === null], ["returned", false]);
});

test("a bank that gives no notice in time may not refuse any more, and may pay", async () => {
  const id = await creditIn("advised");
  ok(await present(id));
  refused(
    await issuer.invoke("honour", { id, presentation: 1, reference: "R" }),
    /is presented, not complying/,
  );
  kit.advance(5 * DAY_MS);
  refused(
    await issuer.invoke("examine", { id, presentation: 1, discrepancies: ["no date"] }),
    /time for a notice of refusal is over/,
  );
  ok(await issuer.invoke("honour", { id, presentation: 1, reference: "R" }));
});

test("an amendment is in force when all whose agreement it needs have accepted", async () => {
  const id = await creditIn("confirmed");
  const expiresAtMs = kit.timestampMs() + 90 * DAY_MS;
  ok(await buyer.invoke("amend", { id, amount: "150000", expiresAtMs }));
  refused(await issuer.invoke("amend", { id, amount: "1" }), /another amendment is open/);
  refused(await buyer.invoke("answerAmendment", { id, accept: true }), /is for/);
  for (const party of [issuer, adviser]) ok(await party.invoke("answerAmendment", { id, accept: true }));
  assert.equal((await creditOf(id)).amount, "100000", "the old terms hold until the beneficiary accepts");
  ok(await seller.invoke("answerAmendment", { id, accept: true }));
  const credit = await creditOf(id);
  assert.deepEqual([credit.amount, credit.expiresAtMs, credit.amendment], ["150000", expiresAtMs, null]);
  refused(await seller.invoke("answerAmendment", { id, accept: true }), /no open amendment/);
});

test("an amendment is rejected as a whole by any party, and cancels only by agreement", async () => {
  const id = await creditIn("advised");
  ok(await issuer.invoke("amend", { id, cancel: true }));
  ok(await seller.invoke("answerAmendment", { id, accept: false }));
  assert.deepEqual([(await creditOf(id)).state, (await creditOf(id)).amendment], ["advised", null]);
  ok(await issuer.invoke("amend", { id, cancel: true }));
  ok(await present(id, { amount: "100" }));
  ok(await buyer.invoke("answerAmendment", { id, accept: true }));
  refused(await seller.invoke("answerAmendment", { id, accept: true }), /a presentation is open/);
  ok(await issuer.invoke("examine", { id, presentation: 1, discrepancies: [] }));
  ok(await issuer.invoke("honour", { id, presentation: 1, reference: "R" }));
  ok(await seller.invoke("answerAmendment", { id, accept: true }));
  assert.equal((await creditOf(id)).state, "cancelled");
  refused(await present(id), /is cancelled/);
});

test("a credit is not amended below what is drawn, nor to a time that is past", async () => {
  const id = await creditIn("advised");
  refused(await buyer.invoke("amend", { id, expiresAtMs: kit.timestampMs() }), /in the future/);
  refused(
    await buyer.invoke("amend", { id, latestShipmentAtMs: kit.timestampMs() + 99 * DAY_MS }),
    /not be after the expiry/,
  );
  ok(await present(id, { amount: "60000" }));
  ok(await issuer.invoke("examine", { id, presentation: 1, discrepancies: [] }));
  ok(await issuer.invoke("honour", { id, presentation: 1, reference: "R" }));
  ok(await buyer.invoke("amend", { id, amount: "50000" }));
  ok(await issuer.invoke("answerAmendment", { id, accept: true }));
  refused(await seller.invoke("answerAmendment", { id, accept: true }), /60000 is drawn already/);
});

test("drawings stay within the amount and its tolerance, in parts where the credit allows it", async () => {
  const id = await creditIn("advised", { tolerancePercent: 10 });
  refused(await present(id, { amount: "110001" }), /more than the 110000 available/);
  for (const [number, amount] of [
    [1, "60000"],
    [2, "50000"],
  ] as const) {
    ok(await present(id, { amount }));
    ok(await issuer.invoke("examine", { id, presentation: number, discrepancies: [] }));
  }
  ok(await present(id, { amount: "60000" }));
  ok(await issuer.invoke("honour", { id, presentation: 1, reference: "R1" }));
  ok(await issuer.invoke("honour", { id, presentation: 2, reference: "R2" }));
  assert.deepEqual([(await creditOf(id)).state, (await creditOf(id)).drawn], ["honoured", "110000"]);
  ok(await issuer.invoke("examine", { id, presentation: 3, discrepancies: [] }));
  refused(
    await issuer.invoke("honour", { id, presentation: 3, reference: "R3" }),
    /more than the 0 available/,
  );
  const whole = await creditIn("advised", { partialDrawings: false });
  refused(await present(whole, { amount: "99999" }), /partial drawings/);
});

test("a credit expires by the block's time, and not while a presentation is open", async () => {
  const id = await creditIn("advised", { expiresAtMs: kit.timestampMs() + 10 * DAY_MS });
  refused(await seller.invoke("expire", { id }), /has not expired/);
  ok(await present(id));
  kit.advance(10 * DAY_MS);
  refused(await present(id), /has expired/);
  refused(await buyer.invoke("expire", { id }), /made in time is open/);
  ok(await issuer.invoke("honour", { id, presentation: 1, reference: "R" }));
  refused(await buyer.invoke("expire", { id }), /is honoured/);
  const idle = await creditIn("issued", { expiresAtMs: kit.timestampMs() + DAY_MS });
  kit.advance(2 * DAY_MS);
  refused(await stranger.invoke("expire", { id: idle }), /is for/);
  ok(await buyer.invoke("expire", { id: idle }));
  assert.equal((await creditOf(idle)).state, "expired");
});

test("credits are found by party and by state, page by page", async () => {
  for (const state of ["applied", "issued", "advised", "advised"] as const) await creditIn(state);
  const ids = async (method: string, params: JsonObject): Promise<string> => {
    const { credits, next } = ok(await kit.query<{ credits: Credit[]; next: string | null }>(method, params));
    const rest = next === null ? "" : ` ${await ids(method, { ...params, after: next })}`;
    return credits.map(({ id }) => id).join(" ") + rest;
  };
  assert.equal(await ids("creditsOfParty", { party: "exporter", limit: 3 }), "1 2 3 4");
  assert.equal(await ids("creditsOfParty", { party: "stranger" }), "");
  assert.equal(await ids("creditsInState", { state: "advised", limit: 1 }), "3 4");
  assert.equal(await ids("creditsInState", { state: "applied" }), "1");
});

test("malformed and unknown parameters are refused with their place", async () => {
  const params = { ...TERMS, expiresAtMs: kit.timestampMs() + DAY_MS };
  for (const [changes, reason] of [
    [{ amount: "0" }, /^amount must be an amount of at least 1$/],
    [{ currency: "won" }, /^currency must be a currency code/],
    [{ documents: [] }, /^documents must be a list of 1 to 20 items$/],
    [{ beneficiary: "An Exporter" }, /^beneficiary must be an organisation/],
    [{ expiresAtMs: 1 }, /expiry must be in the future/],
    [{ colour: "red" }, /^colour is not expected$/],
  ] as const)
    refused(await buyer.invoke("apply", { ...params, ...changes }), reason);
  const id = await creditIn("advised");
  refused(
    await present(id, { documents: [{ kind: "invoice", hash: "x" }] }),
    /^documents\[0\]\.hash must be/,
  );
});
