import { strict as assert } from "node:assert";
import { test } from "node:test";
import type { Hash, Transaction } from "@dure/types";
import { decodeBatch, parseHash, transactionsOf } from "@dure/types";
import { POOL_LIMITS } from "./index.ts";
import {
  at,
  batchOf,
  blockIdOf,
  certificateOf,
  codeOf,
  LIMITS,
  NOW_MS,
  poolOf,
  SENDERS,
  suite,
  transaction,
} from "./pool.fixture.test.ts";

const LIFE_MS = LIMITS.longestLifeMs;
const idsOf = (transactions: readonly Transaction[]): readonly Hash[] => transactions.map(({ id }) => id);

const ADMISSIONS: readonly [string, Parameters<typeof transaction>[0], string][] = [
  ["of another channel", { channel: parseHash("cd".repeat(32)) as Hash }, "TX_WRONG_CHANNEL"],
  ["above the channel's size", { payloadBytes: 1_000 }, "TX_TOO_LARGE"],
  ["whose time is over", { expiryMs: NOW_MS - 1 }, "TX_EXPIRED"],
  ["in its last moment", { expiryMs: NOW_MS }, "OK"],
  ["of the longest life", { expiryMs: NOW_MS + LIFE_MS }, "OK"],
  ["of a longer life", { expiryMs: NOW_MS + LIFE_MS + 1 }, "TX_EXPIRY_TOO_FAR"],
];

for (const [name, wish, code] of ADMISSIONS) {
  test(`a transaction ${name}: ${code}`, () => {
    const pool = poolOf();
    assert.equal(codeOf(pool.admit(transaction(wish), NOW_MS)), code);
    assert.equal(pool.counts().transactions, code === "OK" ? 1 : 0);
  });
}

test("a transaction is admitted once, whether it waits or is committed", () => {
  const committed = new Set<Hash>();
  const pool = poolOf({ isCommitted: (id) => committed.has(id) });
  const one = transaction();
  assert.equal(codeOf(pool.admit(one, NOW_MS)), "OK");
  assert.equal(codeOf(pool.admit(one, NOW_MS)), "TX_DUPLICATE");
  committed.add(one.id);
  pool.commit([one]);
  assert.equal(codeOf(pool.admit(one, NOW_MS)), "TX_REPLAYED");
  assert.deepEqual(pool.counts(), { transactions: 0, batches: 0, bytes: one.bytes.length });
  // What waited for a batch is found to be gone when the next batch is cut.
  assert.equal(pool.cut(certificateOf), undefined);
  assert.deepEqual(pool.counts(), { transactions: 0, batches: 0, bytes: 0 });
});

test("a sender has its quota of transactions and of bytes, and gets it back", () => {
  const one = transaction();
  const poolLimits = { ...POOL_LIMITS, senderTransactionsMax: 2, senderBytesMax: 3 * one.bytes.length };
  const pool = poolOf({ poolLimits });
  assert.equal(codeOf(pool.admit(one, NOW_MS)), "OK");
  assert.equal(codeOf(pool.admit(transaction({ payloadBytes: 500 }), NOW_MS)), "QUOTA_EXCEEDED");
  assert.equal(codeOf(pool.admit(transaction(), NOW_MS)), "OK");
  assert.equal(codeOf(pool.admit(transaction(), NOW_MS)), "QUOTA_EXCEEDED");
  assert.equal(codeOf(pool.admit(transaction({ sender: 1 }), NOW_MS)), "OK");
  pool.commit([one]);
  assert.equal(codeOf(pool.admit(transaction(), NOW_MS)), "OK");
});

test("what this peer admits never fills more than half of an empty pool", () => {
  const pool = poolOf({ poolLimits: { ...POOL_LIMITS, transactionsMax: 10 } });
  const codes = Array.from({ length: 7 }, () => codeOf(pool.admit(transaction(), NOW_MS)));
  assert.deepEqual(codes, ["OK", "OK", "OK", "OK", "OK", "POOL_FULL", "POOL_FULL"]);
  const { length } = transaction().bytes;
  const small = poolOf({ poolLimits: { ...POOL_LIMITS, sourceBytesMax: 2 * length } });
  const bytes = Array.from({ length: 3 }, () => codeOf(small.admit(transaction(), NOW_MS)));
  assert.deepEqual(bytes, ["OK", "OK", "POOL_FULL"]);
  small.cut(certificateOf);
  assert.equal(
    codeOf(small.admit(transaction(), NOW_MS)),
    "POOL_FULL",
    "a batch occupies what its parts did",
  );
});

test("admitted transactions are cut into batches in order, within the channel's bounds", () => {
  const pool = poolOf();
  const admitted = Array.from({ length: 6 }, (_, index) => transaction({ sender: index % 2 }));
  const large = Array.from({ length: 5 }, () => transaction({ payloadBytes: 800 }));
  for (const each of [...admitted, ...large]) assert.ok(pool.admit(each, NOW_MS).ok);
  const cut: Transaction[][] = [];
  for (let batch = pool.cut(certificateOf); batch !== undefined; batch = pool.cut(certificateOf)) {
    const read = decodeBatch(suite, batch.bytes, { bytesMax: 4_000, transactionBytesMax: 1_000 });
    assert.ok(read.ok, "a batch does not read");
    assert.deepEqual(idsOf(read.value.transactions), idsOf(batch.transactions));
    assert.equal(pool.batch(batch.digest), batch);
    cut.push([...batch.transactions]);
  }
  assert.deepEqual(idsOf(cut.flat()), idsOf([...admitted, ...large]));
  assert.ok(cut.every((transactions) => transactions.length <= 4));
  assert.deepEqual(
    cut.map(({ length }) => length),
    [4, 4, 3],
  );
});

test("a transaction whose sender's certificate is not at hand waits for a later batch", () => {
  const pool = poolOf();
  const [known, unknown] = [transaction({ sender: 0 }), transaction({ sender: 1 })];
  for (const each of [unknown, known]) assert.ok(pool.admit(each, NOW_MS).ok);
  const first = pool.cut((sender) => (sender === SENDERS[1] ? undefined : certificateOf(sender)));
  assert.deepEqual(idsOf(first?.transactions ?? []), [known.id]);
  assert.equal(
    pool.cut(() => undefined),
    undefined,
  );
  assert.deepEqual(idsOf(pool.cut(certificateOf)?.transactions ?? []), [unknown.id]);
});

test("what another's batch carries is not cut again", () => {
  const pool = poolOf();
  const one = transaction();
  pool.admit(one, NOW_MS);
  pool.add(batchOf(one), "peer1", NOW_MS);
  assert.equal(pool.cut(certificateOf), undefined);
  assert.deepEqual(idsOf(pool.propose(at()).transactions), [one.id]);
});

test("a batch of which nothing can be included any more is refused, and one that a proposal names is held", () => {
  const committed = transaction();
  const pool = poolOf({ isCommitted: (id) => id === committed.id });
  const spent = batchOf(committed, transaction({ expiryMs: NOW_MS - 30_001 }));
  assert.equal(codeOf(pool.add(spent, "peer1", NOW_MS)), "BATCH_SPENT");
  assert.ok(!pool.has(spent.digest));
  assert.equal(codeOf(pool.add(spent, "peer1", NOW_MS, true)), "OK");
  assert.equal(pool.batch(spent.digest), spent);
  assert.deepEqual(pool.propose(at()).body, []);
  assert.ok(!pool.pending([]));
});

test("a proposal's batches are held however full the pool is, and push out each other alone", () => {
  const filling = batchOf(transaction(), transaction());
  const wanted = [1, 2, 3].map(() => batchOf(transaction(), transaction()));
  const size = filling.bytes.length;
  const poolLimits = { ...POOL_LIMITS, bytesMax: 2 * size, shelfBytesMax: 2 * size };
  const pool = poolOf({ poolLimits });
  assert.equal(codeOf(pool.add(filling, "peer1", NOW_MS)), "OK");
  for (const batch of wanted) {
    assert.equal(codeOf(pool.add(batch, "peer1", NOW_MS)), "POOL_FULL");
    assert.equal(codeOf(pool.add(batch, "peer1", NOW_MS, true)), "OK");
  }
  const held = [filling, ...wanted].map(({ digest }) => pool.has(digest));
  assert.deepEqual(held, [true, false, true, true]);
  assert.equal(pool.counts().bytes, 3 * size);
  // With room again, the same batch comes into the pool and leaves the shelf.
  pool.commit(filling.transactions);
  assert.equal(codeOf(pool.add(wanted[2] ?? assert.fail(), "peer1", NOW_MS)), "OK");
  assert.equal(pool.counts().bytes, 2 * size);
  assert.equal(pool.propose(at()).body.length, 1);
});

test("peers that fill the pool leave room for the next one", () => {
  const poolLimits = { ...POOL_LIMITS, transactionsMax: 64 };
  const pool = poolOf({ poolLimits });
  for (const peer of ["evil1", "evil2", "evil3"])
    for (let sent = 0; sent < 40; sent++) pool.add(batchOf(transaction()), peer, NOW_MS);
  assert.equal(codeOf(pool.add(batchOf(transaction(), transaction()), "peer1", NOW_MS)), "OK");
  assert.equal(codeOf(pool.admit(transaction(), NOW_MS)), "OK");
});

test("sources take turns, and each one's order is kept", () => {
  const pool = poolOf({ limits: { ...LIMITS, blockTransactionsMax: 4 } });
  const flood = Array.from({ length: 8 }, () => transaction());
  const few = Array.from({ length: 2 }, () => transaction());
  for (const each of flood) pool.add(batchOf(each), "flooding", NOW_MS);
  for (const each of few) pool.add(batchOf(each), "modest", NOW_MS);
  const { transactions } = pool.propose(at());
  assert.equal(transactions.length, 4);
  const standing = new Set(idsOf(transactions));
  assert.ok(idsOf(few).every((id) => standing.has(id)));
  assert.deepEqual(
    idsOf(flood).filter((id) => standing.has(id)),
    idsOf(flood).slice(0, 2),
  );
});

test("a block begins with another source than the last one, so that none is always first", () => {
  const pool = poolOf();
  for (const peer of ["peer1", "peer2", "peer3"]) pool.add(batchOf(transaction()), peer, NOW_MS);
  const first = [1, 2, 3].map(() => pool.propose(at()).body[0]?.digest);
  assert.equal(new Set(first).size, 3);
});

test("a source whose next batch does not fit keeps its order, and does not stand in the others' way", () => {
  const pool = poolOf();
  const large = [0, 1].map(() => batchOf(...[0, 1, 2, 3].map(() => transaction({ payloadBytes: 700 }))));
  const [after, small] = [batchOf(transaction()), batchOf(transaction())];
  for (const batch of [...large, after]) pool.add(batch, "large", NOW_MS);
  pool.add(small, "small", NOW_MS);
  assert.deepEqual(new Set(pool.propose(at()).batches), new Set([large[0], small]));
});

test("what two forks include stays included in the one that is left", () => {
  const pool = poolOf();
  const one = transaction();
  const body = [{ digest: batchOf(one).digest, count: 1, omitted: [] }];
  const [left, right] = [blockIdOf(1), blockIdOf(2)];
  pool.add(batchOf(one), "peer1", NOW_MS);
  for (const fork of [left, right]) pool.track(fork, body, [one]);
  pool.forget([left]);
  assert.ok(pool.pending([left]) && !pool.pending([right]));
  assert.equal(codeOf(pool.check([one], 1_000, at(NOW_MS, [left]))), "OK");
  assert.equal(codeOf(pool.check([one], 1_000, at(NOW_MS, [right]))), "BLOCK_INVALID");
});

test("what stands already, in the block or on its lineage, is omitted and the rest of its batch is not", () => {
  const pool = poolOf();
  const [one, two, three] = [transaction(), transaction(), transaction()] as const;
  const [first, second] = [batchOf(one, two), batchOf(two, three)] as const;
  pool.add(first, "peer1", NOW_MS);
  pool.add(second, "peer1", NOW_MS);
  const proposed = pool.propose(at());
  assert.deepEqual(proposed.body, [
    { digest: first.digest, count: 2, omitted: [] },
    { digest: second.digest, count: 2, omitted: [0] },
  ]);
  const again = transactionsOf(proposed.body, (digest) => pool.batch(digest));
  assert.deepEqual(again, proposed.transactions);
  const [parent, fork] = [blockIdOf(1), blockIdOf(2)];
  pool.track(parent, [{ digest: first.digest, count: 2, omitted: [0] }], [two]);
  assert.deepEqual(idsOf(pool.propose(at(NOW_MS, [parent])).transactions), [one.id, three.id]);
  assert.deepEqual(idsOf(pool.propose(at(NOW_MS, [fork])).transactions), [one.id, two.id, three.id]);
  pool.forget([parent]);
  assert.equal(pool.propose(at(NOW_MS, [parent])).transactions.length, 3);
});

test("a body is right only if each of its transactions may stand", () => {
  const committed = transaction();
  const [one, included] = [transaction(), transaction()];
  const pool = poolOf({ isCommitted: (id) => id === committed.id });
  const parent = blockIdOf(1);
  pool.track(parent, [], [included]);
  const { expiryMs } = one;
  const judge = (transactions: readonly Transaction[], bytes = 1_000, atMs = NOW_MS): string =>
    codeOf(pool.check(transactions, bytes, at(atMs, [parent])));
  assert.equal(judge([one]), "OK");
  assert.equal(judge([]), "OK");
  assert.equal(judge([one, one]), "BLOCK_INVALID");
  assert.equal(judge([one, committed]), "BLOCK_INVALID");
  assert.equal(judge([one, included]), "BLOCK_INVALID");
  assert.equal(codeOf(pool.check([included], 1_000, at())), "OK");
  assert.equal(judge([one], 1_000, expiryMs), "OK");
  assert.equal(judge([one], 1_000, expiryMs + 1), "BLOCK_INVALID");
  assert.equal(judge([one], 1_000, expiryMs - LIFE_MS), "OK");
  assert.equal(judge([one], 1_000, expiryMs - LIFE_MS - 1), "BLOCK_INVALID");
  assert.equal(judge([one], LIMITS.blockBytesMax), "OK");
  assert.equal(judge([one], LIMITS.blockBytesMax + 1), "BLOCK_TOO_LARGE");
  const many = Array.from({ length: LIMITS.blockTransactionsMax + 1 }, () => transaction());
  assert.equal(judge(many), "BLOCK_TOO_LARGE");
  assert.equal(judge(many.slice(1)), "OK");
  assert.equal(codeOf(pool.check([one], 1_000, { ...at(), allowed: () => false })), "BLOCK_INVALID");
});

test("a batch leaves with the last of its transactions that waits", () => {
  const pool = poolOf();
  const [one, two] = [transaction(), transaction()];
  const [both, first] = [batchOf(one, two), batchOf(one)];
  pool.add(both, "peer1", NOW_MS);
  pool.add(first, "peer2", NOW_MS);
  pool.commit([one]);
  assert.deepEqual([pool.has(both.digest), pool.has(first.digest)], [true, false]);
  pool.commit([two]);
  assert.deepEqual(pool.counts(), { transactions: 0, batches: 0, bytes: 0 });
});

test("expiry by a committed block's timestamp is exact; by the clock it leaves room for slower clocks", () => {
  const wishes = [0, 1, 2].map((offset) => ({ expiryMs: NOW_MS + offset }));
  const kept = (act: (pool: ReturnType<typeof poolOf>) => void): number => {
    const pool = poolOf();
    pool.add(batchOf(...wishes.map(transaction)), "peer1", NOW_MS);
    act(pool);
    return pool.counts().transactions;
  };
  assert.equal(
    kept((pool) => pool.commit([], NOW_MS)),
    2,
  );
  assert.equal(
    kept((pool) => pool.commit([], NOW_MS + 1)),
    1,
  );
  assert.equal(
    kept((pool) => pool.expire(NOW_MS + 30_000)),
    3,
  );
  assert.equal(
    kept((pool) => pool.expire(NOW_MS + 30_001)),
    2,
  );
});

test("nothing is pending for a sender that may submit no more, until it may again", () => {
  const untilMs = NOW_MS + 5_000;
  const maySubmit = (_: Hash, atMs: number): boolean => atMs < untilMs || atMs > untilMs + 1_000;
  const pool = poolOf({ maySubmit });
  const judgement = (atMs: number) => ({ ...at(atMs), allowed: () => maySubmit(SENDERS[0] as Hash, atMs) });
  pool.add(batchOf(transaction()), "peer1", NOW_MS);
  assert.ok(pool.pending([]));
  // The leader finds out when it proposes, the others when they look again.
  assert.deepEqual(pool.propose(judgement(untilMs)).body, []);
  assert.ok(!pool.pending([]));
  pool.expire(NOW_MS);
  assert.ok(pool.pending([]));
  pool.expire(untilMs);
  assert.ok(!pool.pending([]));
  assert.equal(pool.counts().transactions, 1, "it waits all the same");
  pool.expire(untilMs + 2_000);
  assert.ok(pool.pending([]));
});

test("a lineage that includes all that waits leaves nothing pending, and its end brings it back", () => {
  const pool = poolOf();
  const batch = batchOf(transaction(), transaction());
  const [parent, child] = [blockIdOf(1), blockIdOf(2)];
  const [one, two] = batch.transactions as [Transaction, Transaction];
  pool.track(parent, [{ digest: batch.digest, count: 2, omitted: [1] }], [one]);
  pool.add(batch, "peer1", NOW_MS);
  pool.track(child, [{ digest: batch.digest, count: 2, omitted: [0] }], [two]);
  assert.deepEqual(
    [[], [parent], [child, parent]].map((lineage) => pool.pending(lineage)),
    [true, true, false],
  );
  pool.commit([one]);
  assert.ok(!pool.pending([child]));
  pool.forget([parent, child]);
  assert.ok(pool.pending([]));
  pool.commit([two]);
  assert.ok(!pool.pending([]));
});

test("a batch is sent inline until a blocking set has acknowledged it", () => {
  const pool = poolOf();
  const batch = batchOf(transaction());
  const isBlocking = (validators: Iterable<number>): boolean => [...validators].length >= 2;
  assert.ok(!pool.isUnacknowledged(batch.digest, isBlocking), "what is not held cannot be sent");
  pool.add(batch, "peer1", NOW_MS);
  for (const validator of [3, 3]) pool.acknowledge(batch.digest, validator);
  assert.ok(pool.isUnacknowledged(batch.digest, isBlocking));
  pool.acknowledge(batch.digest, 1);
  assert.ok(!pool.isUnacknowledged(batch.digest, isBlocking));
});

test("dissemination goes round all that is due, a bounded number at a time", () => {
  const pool = poolOf();
  const batches = Array.from({ length: 600 }, () => batchOf(transaction()));
  for (const batch of batches) assert.ok(pool.add(batch, "peer1", NOW_MS).ok);
  const seen = [1, 2, 3].flatMap(() => pool.live().map(({ digest }) => digest));
  assert.equal(seen.length, 3 * 256);
  assert.equal(new Set(seen).size, 600);
  const due = new Set(batches.slice(-3).map(({ digest }) => digest));
  assert.deepEqual(new Set(pool.live((digest) => due.has(digest)).map(({ digest }) => digest)), due);
  pool.commit(batches.flatMap(({ transactions }) => transactions));
  assert.deepEqual(pool.live(), []);
});

test("the same bytes are known to be verified, and another signature over them is not", () => {
  const pool = poolOf();
  const one = transaction();
  pool.admit(one, NOW_MS);
  assert.ok(pool.isVerified({ ...one, bytes: Uint8Array.from(one.bytes) }));
  const resigned = Uint8Array.from(one.bytes);
  resigned[resigned.length - 1] = 1;
  assert.ok(!pool.isVerified({ ...one, bytes: resigned }));
  assert.ok(!pool.isVerified(transaction()));
});
