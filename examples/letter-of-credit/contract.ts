/**
 * Documentary credits: a bank undertakes to pay a seller against documents that comply with the credit's
 * terms, in the vocabulary of UCP 600. Four parties act, each for itself alone: applicant (buyer), beneficiary
 * (seller), issuing bank, and advising bank, which may confirm. The ledger holds the terms, who agreed to what
 * and when, and the hashes of the documents; the documents themselves travel elsewhere.
 */
import { contract, method } from "@dure/score";
import * as t from "@dure/score/schema";
import { type Settings, settingsOf } from "./acting.ts";
import {
  credit,
  creditOf,
  credits,
  DAY_MS,
  history,
  party,
  presentation,
  presentationOf,
  presentations,
  STATES,
  step,
} from "./credit.ts";
import { drawing } from "./drawing.ts";
import { issuing } from "./issuing.ts";

const id = () => t.text({ max: 20 });
const next = () => t.nullable(t.text());

export default contract({
  name: "letter-of-credit",
  version: "1.0.0",

  init: method(() => ({
    params: {
      /** Article 14 b gives a bank five banking days. The ledger knows no holidays: these are plain days. */
      examinationMs: t.optional(t.integer({ min: 1 }), 5 * DAY_MS),
      role: t.optional(t.text({ max: 32 })),
      token: t.optional(t.text({ max: 64 })),
    },
    run: (ctx, settings) => settingsOf(ctx.state).set(settings satisfies Settings),
  })),

  invoke: { ...issuing, ...drawing },

  query: {
    credit: method(() => ({
      params: { id: id() },
      result: credit(),
      run: (ctx, { id }) => creditOf(ctx.state, id),
    })),

    creditOfNumber: method(() => ({
      summary: "The credit to which an issuing bank gave a number, or null.",
      params: { issuingBank: party(), number: t.text({ max: 35 }) },
      result: t.nullable(credit()),
      run: (ctx, { issuingBank, number }) =>
        credits(ctx.state).one("number", `${issuingBank} ${number}`)?.value ?? null,
    })),

    creditsOfParty: method(() => ({
      params: { party: party(), ...t.page() },
      result: t.object({ credits: t.list(credit()), next: next() }),
      run(ctx, { party, ...range }) {
        const page = credits(ctx.state).find("party", { value: party, ...range });
        return { credits: page.entries.map(({ value }) => value), next: page.next };
      },
    })),

    creditsInState: method(() => ({
      params: { state: t.oneOf(STATES), ...t.page() },
      result: t.object({ credits: t.list(credit()), next: next() }),
      run(ctx, { state, ...range }) {
        const page = credits(ctx.state).find("state", { value: state, ...range });
        return { credits: page.entries.map(({ value }) => value), next: page.next };
      },
    })),

    presentation: method(() => ({
      params: { id: id(), presentation: t.integer({ min: 1 }) },
      result: presentation(),
      run: (ctx, { id, presentation }) => presentationOf(ctx.state, id, presentation),
    })),

    presentations: method(() => ({
      params: { id: id(), ...t.page() },
      result: t.object({ presentations: t.list(presentation()), next: next() }),
      run(ctx, { id, ...range }) {
        const page = presentations(ctx.state, id).range(range);
        return { presentations: page.entries.map(({ value }) => value), next: page.next };
      },
    })),

    history: method(() => ({
      summary: "What was done to a credit, by whom and when.",
      params: { id: id(), ...t.page() },
      result: t.object({ steps: t.list(step()), next: next() }),
      run(ctx, { id, ...range }) {
        const page = history(ctx.state, id).page(range);
        return { steps: page.entries.map(({ value }) => value), next: page.next };
      },
    })),
  },
});
