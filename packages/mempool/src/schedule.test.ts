import { strict as assert } from "node:assert";
import { test } from "node:test";
import { type Batch, type Hash, type Transaction, transactionsOf } from "@dure/types";
import fc from "fast-check";
import { type Judgement, POOL_LIMITS, type Pool } from "./index.ts";
import {
  batchOf,
  blockIdOf,
  certificateOf,
  LIMITS,
  NOW_MS,
  poolOf,
  SENDERS,
  transaction,
} from "./pool.fixture.test.ts";

/**
 * Three pools of one channel under random schedules of admission, lossy dissemination, hostile batches, proposals on
 * any tip, forks, commits and expiry, beside a model that knows the whole chain.
 */

const POOLS = 3;
const SKEW_MS = 30_000;
const poolLimits = {
  ...POOL_LIMITS,
  transactionsMax: 30,
  sourceTransactionsMax: 10,
  sourceBytesMax: 5_000,
  bytesMax: 16_000,
  shelfBytesMax: 12_000,
};

type Block = {
  readonly id: Hash;
  readonly parent: Block | undefined;
  readonly height: number;
  readonly timestampMs: number;
  readonly transactions: readonly Transaction[];
};

type Counts = { proposed: number; included: number; committed: number; refused: number };

class World {
  readonly committed = new Set<Hash>();
  /** The last sender's right to submit ends while a schedule runs. */
  readonly #maySubmit = (sender: Hash, atMs: number): boolean =>
    sender !== SENDERS[2] || atMs < NOW_MS + 100_000;
  readonly pools: readonly Pool[] = Array.from({ length: POOLS }, () =>
    poolOf({ poolLimits, isCommitted: (id) => this.committed.has(id), maySubmit: this.#maySubmit }),
  );
  /** By pool: what it accepted and must keep. */
  readonly promised = this.pools.map(() => new Map<Hash, Transaction>());
  readonly transactions: Transaction[] = [];
  readonly batches: Batch[] = [];
  readonly counts: Counts;
  #nowMs = NOW_MS;
  #blocks = 0;
  #head: Block = {
    id: blockIdOf(0),
    parent: undefined,
    height: 0,
    timestampMs: NOW_MS - 1,
    transactions: [],
  };
  #open: Block[] = [];

  constructor(counts: Counts) {
    this.counts = counts;
  }

  #pool(at: number): Pool {
    return this.pools[at % POOLS] as Pool;
  }

  #accept(at: number, batch: Batch, from: string, isWanted: boolean): void {
    const pool = this.#pool(at);
    const { transactions: before } = pool.counts();
    const added = pool.add(batch, from, this.#nowMs, isWanted);
    if (!added.ok) {
      this.counts.refused += 1;
      assert.equal(pool.counts().transactions, before, "a refused batch leaves nothing behind");
      return;
    }
    for (const each of batch.transactions)
      if (pool.transaction(each.id) !== undefined) this.promised[at % POOLS]?.set(each.id, each);
  }

  submit(at: number, sender: number, lifeMs: number): void {
    const one = transaction({ sender, expiryMs: this.#nowMs + lifeMs });
    this.transactions.push(one);
    this.#admit(at, one);
  }

  resubmit(at: number, which: number): void {
    const one = this.transactions[which % Math.max(1, this.transactions.length)];
    if (one !== undefined) this.#admit(at, one);
  }

  #admit(at: number, one: Transaction): void {
    const wasHeld = this.#pool(at).transaction(one.id) !== undefined;
    const { ok } = this.#pool(at).admit(one, this.#nowMs);
    if (ok) assert.ok(!wasHeld && !this.committed.has(one.id) && one.expiryMs >= this.#nowMs);
    if (ok) this.promised[at % POOLS]?.set(one.id, one);
  }

  cut(at: number): void {
    const batch = this.#pool(at).cut(certificateOf);
    if (batch !== undefined) this.batches.push(batch);
  }

  /** Transactions old and new, whatever became of them, packed by someone who keeps no rule. */
  pack(at: number, which: readonly number[]): void {
    const chosen = new Map(
      which.map((index) => [index, this.transactions[index % this.transactions.length]]),
    );
    const distinct = [...new Set(chosen.values())].filter((each) => each !== undefined);
    if (distinct.length === 0) return;
    const batch = batchOf(...distinct);
    this.batches.push(batch);
    this.#accept(at, batch, "evil", false);
  }

  deliver(at: number, which: number, from: number): void {
    const batch = this.batches[which % Math.max(1, this.batches.length)];
    if (batch !== undefined) this.#accept(at, batch, `peer${from}`, false);
  }

  wait(ms: number): void {
    this.#nowMs += ms;
  }

  expire(at: number): void {
    this.#pool(at).expire(this.#nowMs);
  }

  #tip(which: number): Block {
    return [this.#head, ...this.#open][which % (this.#open.length + 1)] as Block;
  }

  #ancestors(tip: Block): readonly Block[] {
    const blocks: Block[] = [];
    for (let at: Block | undefined = tip; at !== undefined && at.height > this.#head.height; at = at.parent)
      blocks.push(at);
    return blocks;
  }

  #judgement(tip: Block): Judgement {
    const timestampMs = Math.max(this.#nowMs, tip.timestampMs + 1);
    const lineage = this.#ancestors(tip).map(({ id }) => id);
    return { lineage, timestampMs, allowed: ({ sender }) => this.#maySubmit(sender, timestampMs) };
  }

  propose(at: number, which: number): void {
    const parent = this.#tip(which);
    const proposer = this.#pool(at);
    const judgement = this.#judgement(parent);
    const { body, transactions, batches } = proposer.propose(judgement);
    const bytes = batches.reduce((sum, batch) => sum + batch.bytes.length, 0);
    assert.ok(bytes <= LIMITS.blockBytesMax && transactions.length <= LIMITS.blockTransactionsMax);
    const before = this.#ancestors(parent).flatMap((block) => block.transactions.map(({ id }) => id));
    const standing = new Set([...before, ...this.committed]);
    for (const { id } of transactions) {
      assert.ok(!standing.has(id), "a transaction stands twice along a lineage");
      standing.add(id);
    }
    if (transactions.length === 0) return;
    const id = blockIdOf(++this.#blocks);
    const { timestampMs } = judgement;
    this.pools.forEach((pool, index) => {
      for (const batch of batches) this.#accept(index, batch, "proposer", true);
      const found = transactionsOf(body, (digest) => pool.batch(digest));
      assert.deepEqual(found, transactions, "every pool comes to hold what a proposal names");
      assert.deepEqual(pool.check(transactions, bytes, judgement), { ok: true });
      pool.track(id, body, transactions);
    });
    this.#open.push({ id, parent, height: parent.height + 1, timestampMs, transactions });
    this.counts.proposed += 1;
    this.counts.included += transactions.length;
  }

  commit(which: number): void {
    const tip = this.#tip(which);
    const path = [...this.#ancestors(tip)].reverse();
    for (const { transactions, timestampMs } of path) {
      for (const { id } of transactions) this.committed.add(id);
      for (const pool of this.pools) pool.commit(transactions, timestampMs);
      this.counts.committed += transactions.length;
    }
    const wasOpen = this.#open;
    this.#open = wasOpen.filter((block) => block !== tip && this.#ancestors(block).includes(tip));
    this.#head = tip;
    const released = wasOpen.filter((block) => !this.#open.includes(block)).map(({ id }) => id);
    for (const pool of this.pools) pool.forget(released);
  }

  /** Nothing left but by commit or expiry, and no bound is passed. */
  check(): void {
    this.pools.forEach((pool, index) => {
      for (const [id, { expiryMs }] of this.promised[index] ?? []) {
        const isOver = expiryMs <= this.#head.timestampMs || expiryMs < this.#nowMs - SKEW_MS;
        if (this.committed.has(id)) assert.equal(pool.transaction(id), undefined, "a committed one waits");
        else if (!isOver) assert.ok(pool.transaction(id), "one left that was neither committed nor over");
      }
      const { transactions, bytes } = pool.counts();
      assert.ok(transactions <= poolLimits.transactionsMax);
      assert.ok(bytes <= poolLimits.bytesMax + poolLimits.shelfBytesMax);
    });
  }

  /** What is pending is exactly what a proposal of now would include. */
  checkPending(at: number, which: number): void {
    const pool = this.#pool(at);
    const tip = this.#tip(which);
    this.#nowMs = Math.max(this.#nowMs, tip.timestampMs + 1);
    pool.expire(this.#nowMs);
    const judgement = this.#judgement(tip);
    const isPending = pool.pending(judgement.lineage);
    assert.equal(isPending, pool.propose(judgement).transactions.length > 0);
    assert.equal(pool.pending(judgement.lineage), isPending);
  }

  /** Commits until nothing is left to include; then each pool holds only what expired, or waits for its batch. */
  drain(): void {
    this.pools.forEach((_, index) => {
      while (this.pools[index]?.pending([]) === true) {
        const before = this.#blocks;
        this.#nowMs += 1;
        this.expire(index);
        this.#open = [];
        this.propose(index, 0);
        if (this.#blocks === before) break;
        this.commit(1);
      }
      assert.ok(!this.pools[index]?.pending([]));
    });
  }
}

const at = fc.nat(POOLS - 1);
const which = fc.nat(200);
const spans = fc.constantFrom(1, 10, 1_000, 5_000, 40_000);
const lives = fc.constantFrom(-1, 0, 1_000, 10_000, 60_000, LIMITS.longestLifeMs, LIMITS.longestLifeMs + 1);

type Step = (world: World) => void;

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(at, fc.nat(2), lives).map(
      ([a, s, l]) =>
        (w: World) =>
          w.submit(a, s, l),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(at, which).map(
      ([a, i]) =>
        (w: World) =>
          w.resubmit(a, i),
    ),
  },
  { weight: 4, arbitrary: at.map((a) => (w: World) => w.cut(a)) },
  {
    weight: 2,
    arbitrary: fc.tuple(at, fc.array(which, { minLength: 1, maxLength: 4 })).map(
      ([a, i]) =>
        (w: World) =>
          w.pack(a, i),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(at, which, at).map(
      ([a, i, f]) =>
        (w: World) =>
          w.deliver(a, i, f),
    ),
  },
  { weight: 1, arbitrary: spans.map((ms) => (w: World) => w.wait(ms)) },
  { weight: 1, arbitrary: at.map((a) => (w: World) => w.expire(a)) },
  {
    weight: 3,
    arbitrary: fc.tuple(at, which).map(
      ([a, i]) =>
        (w: World) =>
          w.propose(a, i),
    ),
  },
  { weight: 1, arbitrary: which.map((i) => (w: World) => w.commit(i)) },
  {
    weight: 2,
    arbitrary: fc.tuple(at, which).map(
      ([a, i]) =>
        (w: World) =>
          w.checkPending(a, i),
    ),
  },
);

test("along any schedule, nothing stands twice, nothing is lost, and proposals are right to all", () => {
  const counts: Counts = { proposed: 0, included: 0, committed: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(steps, { minLength: 20, maxLength: 150 }), (schedule) => {
      const world = new World(counts);
      for (const step of schedule) {
        step(world);
        world.check();
      }
      world.drain();
      world.check();
    }),
    { numRuns: 1_000 },
  );
  // The schedules must reach what they are to test.
  assert.ok(counts.proposed > 1_000 && counts.included > counts.proposed, JSON.stringify(counts));
  assert.ok(counts.committed > 1_000 && counts.refused > 100, JSON.stringify(counts));
});
