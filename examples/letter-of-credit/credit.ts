/** What a letter of credit is, as it is stored and shown, and where it is kept. */
import { indexed, integerKey, log, type OrderedMap, ordered, type ReadableState, refuse } from "@dure/score";
import * as t from "@dure/score/schema";

/** The codes of this contract's refusals. Programs may rely on them; a version adds, and never changes one. */
export const errors = {
  NOT_FOUND: 1001,
  NOT_YOURS: 1002,
  WRONG_STATE: 1003,
  TOO_LATE: 1004,
  TOO_EARLY: 1005,
  TOO_MUCH: 1006,
  AMENDMENT: 1007,
} as const;

export const DAY_MS = 86_400_000;

/** An organisation, for which each of its members may act, or one member, `name@organisation`. */
export const party = () =>
  t.text({
    max: 128,
    pattern: /^(?:[a-z0-9.-]+@)?[a-z0-9-]+$/,
    expected: "an organisation or name@organisation",
  });

const timeMs = () => t.integer({ min: 0 });

/** What the applicant asks for, and what the banks then undertake. Amounts are in the currency's smallest unit. */
export const terms = () => ({
  goods: t.text({ max: 2000 }),
  amount: t.amount({ min: 1n }),
  currency: t.text({ pattern: /^[A-Z]{3}$/, expected: "a currency code such as KRW" }),
  /** How much more than the amount may be drawn (UCP 600 article 30: 10 for `about`). */
  tolerancePercent: t.optional(t.integer({ min: 0, max: 10 }), 0),
  partialDrawings: t.optional(t.boolean(), true),
  /** 0: payment at sight. Otherwise payment is due so long after the documents were found to comply. */
  tenorMs: t.optional(timeMs(), 0),
  expiresAtMs: timeMs(),
  latestShipmentAtMs: t.optional(timeMs()),
  /** How long after shipment documents may be presented: by article 14 c 21 calendar days. */
  presentationMs: t.optional(timeMs(), 21 * DAY_MS),
  /** The documents that must be presented, by kind. */
  documents: t.list(t.text({ max: 64 }), { min: 1, max: 20 }),
});

/** What an amendment may change; with `cancel` it ends the credit. */
export const changes = () => ({
  amount: t.optional(t.amount({ min: 1n })),
  expiresAtMs: t.optional(timeMs()),
  latestShipmentAtMs: t.optional(timeMs()),
  documents: t.optional(t.list(t.text({ max: 64 }), { min: 1, max: 20 })),
  cancel: t.optional(t.boolean(), false),
});

export const STATES = [
  "applied",
  "declined",
  "issued",
  "advised",
  "honoured",
  "expired",
  "cancelled",
] as const;

export const credit = () =>
  t.object({
    id: t.text(),
    state: t.oneOf(STATES),
    /** The issuing bank's number; none before it has issued. */
    number: t.optional(t.text({ max: 35 })),
    applicant: party(),
    beneficiary: party(),
    issuingBank: party(),
    advisingBank: party(),
    /** Whether the advising bank was asked to add its own undertaking, and has. */
    confirmation: t.oneOf(["none", "requested", "added"]),
    ...terms(),
    drawn: t.amount(),
    presentations: t.integer({ min: 0 }),
    /** How many presentations are neither honoured nor returned. */
    open: t.integer({ min: 0 }),
    amendment: t.nullable(t.object({ ...changes(), proposer: party(), accepted: t.list(party()) })),
  });
/** Once stored, every default is there. */
export type Credit = Required<Omit<t.Wire<ReturnType<typeof credit>>, "number" | "latestShipmentAtMs">> &
  Pick<t.Wire<ReturnType<typeof credit>>, "number" | "latestShipmentAtMs">;

export const presentation = () =>
  t.object({
    presentation: t.integer({ min: 1 }),
    state: t.oneOf(["presented", "complying", "discrepant", "waived", "honoured", "reimbursed", "returned"]),
    amount: t.amount(),
    documents: t.list(t.object({ kind: t.text({ max: 64 }), hash: t.hash() })),
    /** What the contract itself could see is wrong. The bank that examines decides. */
    findings: t.list(t.text()),
    discrepancies: t.list(t.text()),
    presentedAtMs: timeMs(),
    shippedAtMs: timeMs(),
    examineByMs: timeMs(),
    /** When payment is due; none before the documents comply or are waived. */
    dueAtMs: t.optional(timeMs()),
    /** Whom to pay, where payment is in a token. */
    account: t.optional(t.identity()),
    references: t.list(t.text({ max: 64 })),
  });
export type Presentation = t.Wire<ReturnType<typeof presentation>>;

export const step = () =>
  t.object({
    action: t.text(),
    by: t.identity(),
    atMs: timeMs(),
    height: t.integer({ min: 0 }),
    note: t.optional(t.text()),
  });
type Step = t.Wire<ReturnType<typeof step>>;

export const credits = (state: ReadableState) =>
  indexed(state, "credit", {
    by: {
      party: ({ applicant, beneficiary, issuingBank, advisingBank }: Credit) => [
        applicant,
        beneficiary,
        issuingBank,
        advisingBank,
      ],
      state: (row: Credit) => row.state,
    },
    // A bank gives each number once.
    unique: { number: (row: Credit) => row.number && `${row.issuingBank} ${row.number}` },
  });

export const presentations = (state: ReadableState, id: string): OrderedMap<Presentation> =>
  ordered<Presentation>(state, `presentation/${id}`);

export const history = (state: ReadableState, id: string) => log<Step>(state, `history/${id}`);

/** @throws Refusal NOT_FOUND */
export const creditOf = (state: ReadableState, id: string): Credit =>
  credits(state).get(id) ?? refuse(`there is no credit ${id}`, { id }, errors.NOT_FOUND);

/** @throws Refusal NOT_FOUND */
export const presentationOf = (state: ReadableState, id: string, number: number): Presentation =>
  presentations(state, id).get(integerKey(number)) ??
  refuse(`credit ${id} has no presentation ${number}`, { id }, errors.NOT_FOUND);

/** Returns how much may still be drawn, the tolerance included. */
export const availableOf = ({ amount, tolerancePercent, drawn }: Credit): bigint =>
  (BigInt(amount) * BigInt(100 + tolerancePercent)) / 100n - BigInt(drawn);
