/** From the presentation of documents to payment and expiry: how a credit is drawn on. */
import { type InvokeContext, integerKey, method, refuse } from "@dure/score";
import * as t from "@dure/score/schema";
import { actingFor, mustBe, record, settingsOf } from "./acting.ts";
import {
  availableOf,
  type Credit,
  creditOf,
  DAY_MS,
  errors,
  type Presentation,
  presentationOf,
  presentations,
} from "./credit.ts";

const which = () => ({ id: t.text({ max: 20 }), presentation: t.integer({ min: 1 }) });

/** The bank that examines documents and pays: the confirming one if there is one. */
const payingBank = ({ confirmation, advisingBank, issuingBank }: Credit): string =>
  confirmation === "added" ? advisingBank : issuingBank;

/** Stores a presentation in a new state, with the action in the credit's history. */
const store = (
  ctx: InvokeContext,
  credit: Credit,
  presented: Presentation,
  action: string,
  note?: string,
): void => {
  const { presentation, state, amount } = presented;
  presentations(ctx.state, credit.id).set(integerKey(presentation), presented);
  record(ctx, credit, action, { presentation, presentationState: state, amount }, note);
};

const present = method(() => ({
  summary: "The beneficiary presents documents, by kind and hash, to be paid.",
  params: {
    id: t.text({ max: 20 }),
    amount: t.amount({ min: 1n }),
    documents: t.list(t.object({ kind: t.text({ max: 64 }), hash: t.hash() }), { min: 1, max: 50 }),
    shippedAtMs: t.integer({ min: 0 }),
    account: t.optional(t.identity()),
  },
  result: t.object({ presentation: t.integer(), findings: t.list(t.text()) }),
  run(ctx, { id, amount, ...given }) {
    const credit = creditOf(ctx.state, id);
    actingFor(ctx, [credit.beneficiary], "present");
    mustBe(`credit ${id}`, credit.state, ["advised"]);
    const nowMs = ctx.block.timestampMs;
    if (nowMs > credit.expiresAtMs)
      refuse(`credit ${id} has expired`, { expiresAtMs: credit.expiresAtMs }, errors.TOO_LATE);
    checkAmount(credit, amount);
    const { examinationMs = 5 * DAY_MS, token } = settingsOf(ctx.state).get() ?? {};
    if (token !== undefined && given.account === undefined)
      refuse(`account must be given: payment is in ${token}`, { path: "account" });
    const presentation = credit.presentations + 1;
    const presented: Presentation = {
      ...given,
      presentation,
      state: "presented",
      amount: String(amount),
      findings: findingsOf(credit, given.documents, given.shippedAtMs, nowMs),
      discrepancies: [],
      presentedAtMs: nowMs,
      examineByMs: nowMs + examinationMs,
      references: [],
    };
    store(ctx, { ...credit, presentations: presentation, open: credit.open + 1 }, presented, "present");
    return { presentation, findings: presented.findings };
  },
}));

/** What is wrong on the face of it. A discrepancy it is only once the examining bank says so. */
const findingsOf = (
  { documents, latestShipmentAtMs, presentationMs }: Credit,
  presented: readonly { readonly kind: string }[],
  shippedAtMs: number,
  nowMs: number,
): string[] => [
  ...documents
    .filter((kind) => !presented.some((document) => document.kind === kind))
    .map((kind) => `missing document: ${kind}`),
  ...(latestShipmentAtMs !== undefined && shippedAtMs > latestShipmentAtMs ? ["late shipment"] : []),
  ...(nowMs > shippedAtMs + presentationMs ? ["late presentation"] : []),
];

/** @throws Refusal TOO_MUCH */
const checkAmount = (credit: Credit, amount: bigint): void => {
  const available = availableOf(credit);
  if (amount > available)
    refuse(
      `${amount} is more than the ${available} available`,
      { available: String(available) },
      errors.TOO_MUCH,
    );
  if (!credit.partialDrawings && amount < BigInt(credit.amount))
    refuse("partial drawings are not allowed", { amount: credit.amount }, errors.TOO_MUCH);
};

const examine = method(() => ({
  summary: "The paying bank finds that the documents comply, or gives notice of each discrepancy.",
  params: { ...which(), discrepancies: t.list(t.text({ max: 500 }), { max: 50 }) },
  run(ctx, { id, presentation, discrepancies }) {
    const credit = creditOf(ctx.state, id);
    actingFor(ctx, [payingBank(credit)], "examine");
    const presented = presentationOf(ctx.state, id, presentation);
    mustBe(`presentation ${presentation}`, presented.state, ["presented"]);
    const nowMs = ctx.block.timestampMs;
    // UCP 600 article 16 f: a bank that gives no notice in time may not claim discrepancies any more.
    if (discrepancies.length > 0 && nowMs > presented.examineByMs)
      refuse(
        "the time for a notice of refusal is over",
        { examineByMs: presented.examineByMs },
        errors.TOO_LATE,
      );
    const complies = discrepancies.length === 0;
    const next: Presentation = complies
      ? { ...presented, state: "complying", dueAtMs: nowMs + credit.tenorMs }
      : { ...presented, state: "discrepant", discrepancies };
    store(ctx, credit, next, complies ? "accept" : "refuse");
  },
}));

const waive = method(() => ({
  summary: "The applicant waives the discrepancies. Whether to pay remains the paying bank's decision.",
  params: which(),
  run(ctx, { id, presentation }) {
    const credit = creditOf(ctx.state, id);
    actingFor(ctx, [credit.applicant], "waive");
    const presented = presentationOf(ctx.state, id, presentation);
    mustBe(`presentation ${presentation}`, presented.state, ["discrepant"]);
    const dueAtMs = ctx.block.timestampMs + credit.tenorMs;
    store(ctx, credit, { ...presented, state: "waived", dueAtMs }, "waive");
  },
}));

const honour = method(() => ({
  summary: "The paying bank pays a presentation that complies, was waived, or was not refused in time.",
  params: { ...which(), reference: t.text({ max: 64 }) },
  run(ctx, { id, presentation, reference }) {
    const credit = creditOf(ctx.state, id);
    actingFor(ctx, [payingBank(credit)], "honour");
    const presented = presentationOf(ctx.state, id, presentation);
    const isPrecluded = presented.state === "presented" && ctx.block.timestampMs > presented.examineByMs;
    if (!isPrecluded) mustBe(`presentation ${presentation}`, presented.state, ["complying", "waived"]);
    const amount = BigInt(presented.amount);
    checkAmount(credit, amount);
    const { token } = settingsOf(ctx.state).get() ?? {};
    // Refused here: nothing of the payment stays, and nothing of what is recorded below.
    if (token !== undefined)
      ctx.call(token, "transfer", { to: presented.account ?? "", amount: presented.amount });
    const drawn = BigInt(credit.drawn) + amount;
    const isDrawn = drawn >= BigInt(credit.amount) || !credit.partialDrawings;
    const open = credit.open - 1;
    const paid: Credit = { ...credit, drawn: String(drawn), open, ...(isDrawn && { state: "honoured" }) };
    store(ctx, paid, { ...presented, state: "honoured", references: [reference] }, "honour", reference);
  },
}));

const reimburse = method(() => ({
  summary: "The issuing bank reimburses the confirming bank that has honoured.",
  params: { ...which(), reference: t.text({ max: 64 }) },
  run(ctx, { id, presentation, reference }) {
    const credit = creditOf(ctx.state, id);
    actingFor(ctx, [credit.issuingBank], "reimburse");
    mustBe(`the confirmation of credit ${id}`, credit.confirmation, ["added"]);
    const presented = presentationOf(ctx.state, id, presentation);
    mustBe(`presentation ${presentation}`, presented.state, ["honoured"]);
    const references = [...presented.references, reference];
    store(ctx, credit, { ...presented, state: "reimbursed", references }, "reimburse", reference);
  },
}));

const returnDocuments = method(() => ({
  summary: "The paying bank returns refused documents; the beneficiary may present again before the expiry.",
  params: which(),
  run(ctx, { id, presentation }) {
    const credit = creditOf(ctx.state, id);
    actingFor(ctx, [payingBank(credit)], "return documents");
    const presented = presentationOf(ctx.state, id, presentation);
    mustBe(`presentation ${presentation}`, presented.state, ["discrepant", "waived"]);
    store(ctx, { ...credit, open: credit.open - 1 }, { ...presented, state: "returned" }, "returnDocuments");
  },
}));

const expire = method(() => ({
  summary: "Any party closes a credit whose time is over and on which no presentation is open.",
  params: { id: t.text({ max: 20 }) },
  run(ctx, { id }) {
    const credit = creditOf(ctx.state, id);
    const { applicant, beneficiary, issuingBank, advisingBank, expiresAtMs, open } = credit;
    actingFor(ctx, [applicant, beneficiary, issuingBank, advisingBank], "expire");
    mustBe(`credit ${id}`, credit.state, ["applied", "issued", "advised"]);
    if (ctx.block.timestampMs <= expiresAtMs)
      refuse(`credit ${id} has not expired`, { expiresAtMs }, errors.TOO_EARLY);
    if (open > 0) refuse("a presentation made in time is open", { open }, errors.WRONG_STATE);
    record(ctx, { ...credit, state: "expired", amendment: null }, "expire");
  },
}));

export const drawing = { present, examine, waive, honour, reimburse, returnDocuments, expire };
