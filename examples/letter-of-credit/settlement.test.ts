import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, type Json, type JsonObject, stateOver } from "@dure/score";
import letterOfCredit from "./contract.ts";
import { errors } from "./credit.ts";

const HASH = "ab".repeat(32);
const TERMS = {
  applicant: "importer",
  beneficiary: "exporter",
  issuingBank: "bank-of-seoul",
  advisingBank: "bank-of-busan",
  goods: "tea",
  amount: "100000",
  currency: "KRW",
  documents: ["invoice"],
  expiresAtMs: 10,
};

/** The contract in this process, beside a contract that plays the token: its methods are plain functions. */
const inProcess = (call: (score: string, method: string, params: JsonObject) => Json) => {
  const values = new Map<string, string>();
  const state = stateOver({
    get: (key) => (values.has(key) ? JSON.parse(values.get(key)!) : undefined),
    has: (key) => values.has(key),
    set: (key, value) => void values.set(key, JSON.stringify(value)),
    delete: (key) => void values.delete(key),
  });
  const as = (organisation: string, callers: string[] = []) => ({
    state,
    callers,
    sender: { id: "", name: "kim", organisation, roles: ["client"], attributes: {} },
    block: { height: 1, timestampMs: 1 },
    emit: () => {},
    call,
  });
  type Context = Parameters<(typeof letterOfCredit.invoke)[string]>[0];
  letterOfCredit.init!(as("") as unknown as Context, { token: "token" });
  return (organisation: string, method: string, params: JsonObject, callers?: string[]): unknown =>
    letterOfCredit.invoke[method]!(as(organisation, callers) as unknown as Context, params);
};

test("where credits are paid in a token, honouring transfers it, and refusals have their codes", () => {
  const transfers: unknown[] = [];
  const run = inProcess((...transfer) => {
    transfers.push(transfer);
    return null;
  });
  run("importer", "apply", TERMS);
  const codeOf = (work: () => unknown): number | undefined => {
    try {
      work();
    } catch (error) {
      if (isRefusal(error)) return error.code;
    }
    return undefined;
  };
  assert.equal(
    codeOf(() => run("exporter", "issue", { id: "1", number: "1" })),
    errors.NOT_YOURS,
  );
  assert.equal(
    codeOf(() => run("bank-of-seoul", "issue", { id: "1", number: "1" }, ["x"])),
    errors.NOT_YOURS,
  );
  assert.equal(
    codeOf(() => run("bank-of-seoul", "issue", { id: "2", number: "1" })),
    errors.NOT_FOUND,
  );
  assert.equal(
    codeOf(() => run("bank-of-busan", "advise", { id: "1" })),
    errors.WRONG_STATE,
  );
  run("bank-of-seoul", "issue", { id: "1", number: "1" });
  run("bank-of-busan", "advise", { id: "1" });
  const drawing = { id: "1", amount: "100000", documents: [{ kind: "invoice", hash: HASH }], shippedAtMs: 1 };
  assert.equal(
    codeOf(() => run("exporter", "present", drawing)),
    9000,
  );
  assert.equal(
    codeOf(() => run("exporter", "present", { ...drawing, amount: "100001" })),
    errors.TOO_MUCH,
  );
  run("exporter", "present", { ...drawing, account: "lee@exporter" });
  run("bank-of-seoul", "examine", { id: "1", presentation: 1, discrepancies: [] });
  run("bank-of-seoul", "honour", { id: "1", presentation: 1, reference: "R" });
  assert.deepEqual(transfers, [["token", "transfer", { to: "lee@exporter", amount: "100000" }]]);
});
