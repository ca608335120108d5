import type { FollowEvent } from "@dure/client";
import { type Order, orderOf } from "./order.ts";

/** A payment that the chain has executed, and that was proven. */
export type Payment = {
  readonly transactionId: string;
  readonly height: number;
  readonly from: string;
  readonly amount: string;
  /** What it paid; undefined: a present. */
  readonly order: Order | undefined;
};

/**
 * The shop's book: the payments, and the cursor of the last event that is in it. Both are kept together, so that whenever
 * the till stops it goes on after exactly what it has booked.
 */
export type Book = { readonly cursor: string | undefined; readonly payments: readonly Payment[] };

export const EMPTY: Book = { cursor: undefined, payments: [] };

type Transfer = { readonly from: string; readonly to: string; readonly amount: string };

const isTransfer = (data: unknown): data is Transfer =>
  typeof data === "object" &&
  data !== null &&
  ["from", "to", "amount"].every((name) => typeof (data as Record<string, unknown>)[name] === "string");

/** The book after an event, and the payment if it is one to this holder. */
export const booked = (
  book: Book,
  event: FollowEvent,
  holder: string,
): { readonly book: Book; readonly payment: Payment | undefined } => {
  const { cursor } = event;
  const isPayment =
    event.type === "score" &&
    event.score === "token" &&
    event.name === "transferred" &&
    isTransfer(event.data) &&
    event.data.to === holder;
  if (!isPayment) return { book: { ...book, cursor }, payment: undefined };
  const { from, amount } = event.data as Transfer;
  const { transactionId, height } = event;
  const payment = { transactionId, height, from, amount, order: orderOf(amount) };
  return { book: { cursor, payments: [...book.payments, payment] }, payment };
};
