import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Transaction } from "@dure/types";
import { at, batchOf, NOW_MS, poolOf, transaction } from "./pool.fixture.test.ts";

test("one that stands alone is proposed alone and first, and waits for its time without being pending", () => {
  let mayStand = true;
  const alone = transaction();
  const standsAlone = ({ id }: Transaction): boolean => id === alone.id;
  const pool = poolOf({ standsAlone, mayStandAlone: () => mayStand });
  const others = batchOf(transaction(), transaction());
  const mixed = batchOf(transaction(), alone);
  pool.add(others, "peer1", NOW_MS);
  pool.add(mixed, "peer2", NOW_MS);
  const allowed = (tx: Transaction): boolean => !standsAlone(tx) || mayStand;
  const proposed = () => pool.propose({ ...at(NOW_MS), allowed });
  assert.deepEqual(
    proposed().transactions.map(({ id }) => id),
    [alone.id],
  );
  assert.deepEqual(proposed().body, [{ digest: mixed.digest, count: 2, omitted: [0] }]);
  mayStand = false;
  assert.deepEqual(
    proposed()
      .transactions.map(({ id }) => id)
      .sort(),
    [...others.transactions, ...mixed.transactions.slice(0, 1)].map(({ id }) => id).sort(),
  );
  pool.commit([...others.transactions, ...mixed.transactions.slice(0, 1)]);
  assert.ok(!pool.pending([]), "it keeps no timers going");
  assert.equal(pool.counts().transactions, 1, "it waits all the same");
  mayStand = true;
  pool.expire(NOW_MS);
  assert.ok(pool.pending([]));
});

test("validators that are numbered anew have acknowledged nothing", () => {
  const pool = poolOf();
  const batch = batchOf(transaction());
  pool.add(batch, "peer1", NOW_MS);
  pool.acknowledge(batch.digest, 2);
  const isAny = (validators: Iterable<number>): boolean => [...validators].length > 0;
  assert.ok(!pool.isUnacknowledged(batch.digest, isAny));
  pool.renumber();
  assert.ok(pool.isUnacknowledged(batch.digest, isAny));
});
