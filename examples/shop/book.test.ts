import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { FollowEvent } from "@dure/client";
import { booked, EMPTY } from "./book.ts";
import { amountOf, CATALOGUE, orderOf, REFERENCE_MAX } from "./order.ts";

test("every order of the catalogue has an amount of its own, which leads back to it", () => {
  const amounts = new Set<string>();
  for (const item of CATALOGUE)
    for (let reference = 1; reference <= REFERENCE_MAX; reference++) {
      const amount = amountOf(item, reference);
      assert.deepEqual(orderOf(amount), { item: item.name, reference });
      amounts.add(amount);
    }
  assert.equal(amounts.size, CATALOGUE.length * REFERENCE_MAX);
});

test("other amounts are presents", () => {
  for (const amount of ["", "0", "1", "300", "99999", "-301", "301.5", "1e3", "９"])
    assert.equal(orderOf(amount), undefined);
});

const transferred = (to: string, amount: string): FollowEvent => ({
  type: "score",
  transactionId: "ab".repeat(32) as never,
  height: 7,
  index: 0,
  event: 0,
  score: "token",
  name: "transferred",
  data: { from: "alice@devnet", to, amount },
  cursor: "7.6.2",
});

test("a payment to the shop is booked with what it paid, and every event moves the cursor", () => {
  const { book, payment } = booked(EMPTY, transferred("bob@devnet", "301"), "bob@devnet");
  assert.deepEqual(payment?.order, { item: "barley tea", reference: 1 });
  assert.deepEqual([book.cursor, book.payments.length], ["7.6.2", 1]);
  const other = booked(book, { ...transferred("carol@devnet", "301"), cursor: "7.6.4" }, "bob@devnet");
  assert.equal(other.payment, undefined);
  assert.deepEqual([other.book.cursor, other.book.payments.length], ["7.6.4", 1]);
  const odd = { ...transferred("bob@devnet", "301"), data: { to: "bob@devnet" } } as FollowEvent;
  assert.equal(booked(book, odd, "bob@devnet").payment, undefined);
});
