/** From the application to the advice: how a credit comes to be, and how it is amended. */
import { counter, type InvokeContext, method, refuse } from "@dure/score";
import * as t from "@dure/score/schema";
import { actingFor, mustBe, record } from "./acting.ts";
import { type Credit, changes, creditOf, errors, party, terms } from "./credit.ts";

/** Whose agreement an amendment needs: by UCP 600 article 10 the banks' and the beneficiary's, and here the applicant's. */
const agreeing = ({ applicant, beneficiary, issuingBank, advisingBank, confirmation }: Credit): string[] => [
  ...new Set([applicant, issuingBank, beneficiary, ...(confirmation === "added" ? [advisingBank] : [])]),
];

/** Moves a credit from one state to the next, by one of its parties. */
const move = (
  action: string,
  party: "issuingBank" | "advisingBank",
  from: Credit["state"],
  to: Credit["state"],
) =>
  method(() => ({
    params: { id: t.text({ max: 20 }), note: t.optional(t.text({ max: 500 })) },
    run(ctx, { id, note }) {
      const credit = creditOf(ctx.state, id);
      actingFor(ctx, [credit[party]], action);
      mustBe(`credit ${id}`, credit.state, [from]);
      record(ctx, { ...credit, state: to }, action, {}, note);
    },
  }));

const apply = method(() => ({
  summary: "The applicant asks a bank to issue a credit.",
  params: {
    applicant: party(),
    beneficiary: party(),
    issuingBank: party(),
    advisingBank: party(),
    confirm: t.described(t.optional(t.boolean(), false), "Whether the advising bank is asked to confirm."),
    ...terms(),
  },
  result: t.object({ id: t.text() }),
  run(ctx, { confirm, amount, ...asked }) {
    actingFor(ctx, [asked.applicant], "apply");
    checkTimes(ctx, asked.expiresAtMs, asked.latestShipmentAtMs);
    const id = String(counter(ctx.state, "credits").next());
    const confirmation = confirm ? "requested" : "none";
    const rest = { drawn: "0", presentations: 0, open: 0, amendment: null };
    record(ctx, { ...asked, ...rest, id, state: "applied", amount: String(amount), confirmation }, "apply");
    return { id };
  },
}));

const issue = method(() => ({
  summary: "The issuing bank undertakes to honour complying presentations, irrevocably.",
  params: { id: t.text({ max: 20 }), number: t.text({ max: 35 }) },
  run(ctx, { id, number }) {
    const credit = creditOf(ctx.state, id);
    actingFor(ctx, [credit.issuingBank], "issue");
    mustBe(`credit ${id}`, credit.state, ["applied"]);
    checkTimes(ctx, credit.expiresAtMs, credit.latestShipmentAtMs);
    record(ctx, { ...credit, state: "issued", number }, "issue", { number });
  },
}));

const confirm = method(() => ({
  summary: "The advising bank adds its own undertaking to the issuing bank's.",
  params: { id: t.text({ max: 20 }) },
  run(ctx, { id }) {
    const credit = creditOf(ctx.state, id);
    actingFor(ctx, [credit.advisingBank], "confirm");
    mustBe(`credit ${id}`, credit.state, ["advised"]);
    mustBe(`the confirmation of credit ${id}`, credit.confirmation, ["requested"]);
    if (credit.amendment !== null) refuse("an amendment is open", undefined, errors.AMENDMENT);
    record(ctx, { ...credit, confirmation: "added" }, "confirm");
  },
}));

const amend = method(() => ({
  summary: "The applicant or the issuing bank proposes to change or cancel an issued credit.",
  params: { id: t.text({ max: 20 }), ...changes() },
  run(ctx, { id, amount, ...changed }) {
    const credit = creditOf(ctx.state, id);
    const proposer = actingFor(ctx, [credit.issuingBank, credit.applicant], "amend");
    mustBe(`credit ${id}`, credit.state, ["issued", "advised"]);
    if (credit.amendment !== null) refuse("another amendment is open", undefined, errors.AMENDMENT);
    if (changed.expiresAtMs !== undefined || changed.latestShipmentAtMs !== undefined)
      checkTimes(
        ctx,
        changed.expiresAtMs ?? credit.expiresAtMs,
        changed.latestShipmentAtMs ?? credit.latestShipmentAtMs,
      );
    const amendment = {
      ...changed,
      ...(amount !== undefined && { amount: String(amount) }),
      proposer,
      accepted: [proposer],
    };
    settle(ctx, { ...credit, amendment }, "amend");
  },
}));

const answerAmendment = method(() => ({
  summary: "A party accepts the open amendment as a whole, or rejects it for all.",
  params: { id: t.text({ max: 20 }), accept: t.boolean() },
  run(ctx, { id, accept }) {
    const credit = creditOf(ctx.state, id);
    const { amendment } = credit;
    if (amendment === null) return refuse(`credit ${id} has no open amendment`, { id }, errors.AMENDMENT);
    const waiting = agreeing(credit).filter((party) => !amendment.accepted.includes(party));
    const answering = actingFor(ctx, waiting, "answer the amendment");
    mustBe(`credit ${id}`, credit.state, ["issued", "advised"]);
    if (!accept) return record(ctx, { ...credit, amendment: null }, "rejectAmendment");
    const accepted = [...amendment.accepted, answering];
    return settle(ctx, { ...credit, amendment: { ...amendment, accepted } }, "acceptAmendment");
  },
}));

/** Records an amendment, and puts it into force once all whose agreement it needs have accepted. */
const settle = (ctx: InvokeContext, credit: Credit, action: string): void => {
  const { amendment } = credit;
  if (amendment === null || agreeing(credit).some((party) => !amendment.accepted.includes(party)))
    return record(ctx, credit, action);
  const { proposer: _proposer, accepted: _accepted, cancel = false, ...terms } = amendment;
  if (BigInt(terms.amount ?? credit.amount) < BigInt(credit.drawn))
    refuse(`${credit.drawn} is drawn already`, { drawn: credit.drawn }, errors.AMENDMENT);
  if (cancel && credit.open > 0) refuse("a presentation is open", { open: credit.open }, errors.AMENDMENT);
  const state = cancel ? "cancelled" : credit.state;
  return record(ctx, { ...credit, ...terms, state, amendment: null }, action, { inForce: true });
};

/** @throws Refusal TOO_LATE */
const checkTimes = (
  ctx: InvokeContext,
  expiresAtMs: number,
  latestShipmentAtMs: number | undefined,
): void => {
  if (expiresAtMs <= ctx.block.timestampMs)
    refuse("the expiry must be in the future", { expiresAtMs }, errors.TOO_LATE);
  if (latestShipmentAtMs !== undefined && latestShipmentAtMs > expiresAtMs)
    refuse("the latest shipment must not be after the expiry", { expiresAtMs }, errors.TOO_LATE);
};

export const issuing = {
  apply,
  issue,
  decline: move("decline", "issuingBank", "applied", "declined"),
  advise: move("advise", "advisingBank", "issued", "advised"),
  confirm,
  amend,
  answerAmendment,
};
