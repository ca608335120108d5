import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { counter, total } from "./counter.ts";
import { countedState } from "./fixture.ts";
import { indexed } from "./indexed.ts";
import { integerKey, integerOfKey } from "./integer-key.ts";
import { log } from "./log.ts";
import { ordered } from "./ordered.ts";
import { isRefusal } from "./refusal.ts";

test("an ordered map reads and writes as a map, and a point read is one read", () => {
  const { state, counts, texts } = countedState();
  const bids = ordered<{ by: string }>(state, "bid");
  for (const price of [30, 7, 200]) bids.set(integerKey(price), { by: `b${price}` });
  assert.deepEqual(
    bids.range().entries.map(({ value }) => value.by),
    ["b7", "b30", "b200"],
  );
  assert.deepEqual([bids.first()?.value.by, bids.last()?.value.by, bids.size()], ["b7", "b200", 3]);
  counts();
  assert.deepEqual(bids.get(integerKey(30)), { by: "b30" });
  assert.deepEqual(counts(), { reads: 1, writes: 0 });
  bids.set(integerKey(30), { by: "other" });
  assert.deepEqual(counts(), { reads: 1, writes: 1 });
  assert.deepEqual(state.map("bid").get(integerKey(30)), { by: "other" });
  for (const price of [30, 7, 200, 9]) bids.delete(integerKey(price));
  assert.deepEqual([bids.first(), bids.size(), texts.size], [undefined, 0, 0]);
});

test("an ordered map's pages follow one another without gap or double, both ways", () => {
  const { state } = countedState();
  const map = ordered<number>(state, "m");
  for (let index = 0; index < 257; index++) map.set(`k${index}`, index);
  for (const reverse of [false, true]) {
    const keys: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = map.range({ limit: 10, reverse, after });
      keys.push(...page.entries.map(({ key }) => key));
      if (page.next === null) break;
      after = page.next;
    }
    const sorted = Array.from({ length: 257 }, (_, index) => `k${index}`).sort();
    assert.deepEqual(keys, reverse ? sorted.reverse() : sorted);
  }
});

test("a key or name that an ordered map cannot have is refused and leaves nothing", () => {
  const { state, texts } = countedState();
  assert.throws(() => ordered<number>(state, "m").set("x".repeat(401), 1), isRefusal);
  for (const name of ["", "a:b", "a//b", "a/", "/a", "a b", `a/${"x".repeat(129)}`, "a/b:c"])
    assert.throws(() => ordered<number>(state, name), isRefusal, name);
  assert.equal(texts.size, 0);
});

test("collections of one kind are told apart by what follows the slash", () => {
  const { state, texts } = countedState();
  const [one, two] = [log<string>(state, "history/1"), log<string>(state, "history/1 x")];
  one.append("a");
  two.append("b");
  assert.deepEqual([one.size(), one.at(0), two.at(0)], [1, "a", "b"]);
  assert.equal(texts.size, 4);
});

type Row = { owner: string; tags: string[]; number?: string };
const BY = {
  by: { owner: (row: Row) => row.owner, tag: (row: Row) => row.tags, all: () => "" },
  unique: { number: (row: Row) => row.number },
};
const rowsIn = (state: ReturnType<typeof countedState>["state"]) => indexed(state, "row", BY);

test("indexes say at any time what the rows say", () => {
  const someKey = fc.constantFrom("1", "2", "3", "4", "5", "6");
  const someRow = fc.record(
    {
      owner: fc.constantFrom("ann", "bob", "annie"),
      tags: fc.array(fc.constantFrom("x", "y", "z"), { maxLength: 3 }),
      number: fc.constantFrom("n1", "n2", "n3"),
    },
    { requiredKeys: ["owner", "tags"] },
  );
  const step = fc.record({ key: someKey, row: fc.option(someRow, { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { state, texts } = countedState();
      const rows = rowsIn(state);
      const model = new Map<string, Row>();
      for (const { key, row } of steps) {
        const isTaken =
          row?.number !== undefined &&
          [...model].some(([other, { number }]) => other !== key && number === row.number);
        if (row === undefined) {
          rows.delete(key);
          model.delete(key);
        } else if (isTaken) {
          const before = [...texts];
          assert.throws(() => rows.set(key, row as Row), /already/);
          assert.deepEqual([...texts], before, "a refused row changes nothing, even where it is caught");
        } else {
          rows.set(key, row as Row);
          model.set(key, row as Row);
        }
        const expected = (is: (row: Row) => boolean): string[] =>
          [...model]
            .filter(([, row]) => is(row))
            .map(([key]) => key)
            .sort();
        const found = (index: "owner" | "tag" | "all", value: string): string[] =>
          rows.find(index, { value }).entries.map(({ key }) => key);
        assert.deepEqual(
          found("owner", "ann"),
          expected(({ owner }) => owner === "ann"),
        );
        assert.deepEqual(
          found("tag", "x"),
          expected(({ tags }) => tags.includes("x")),
        );
        assert.deepEqual(
          found("all", ""),
          expected(() => true),
        );
        for (const number of ["n1", "n2"])
          assert.equal(rows.one("number", number)?.key, expected((row) => row.number === number)[0]);
      }
      for (const key of model.keys()) rows.delete(key);
      assert.equal(texts.size, 0);
    }),
  );
});

test("an index is read by value, by prefix, in pages and backwards", () => {
  const { state, counts } = countedState();
  const rows = rowsIn(state);
  for (let index = 0; index < 20; index++)
    rows.set(String(index).padStart(2, "0"), { owner: index % 2 ? "ann" : "annie", tags: [] });
  const first = rows.find("owner", { value: "ann", limit: 7 });
  const second = rows.find("owner", { value: "ann", limit: 7, after: first.next ?? "" });
  assert.deepEqual(
    [...first.entries, ...second.entries].map(({ key }) => Number(key)),
    [1, 3, 5, 7, 9, 11, 13, 15, 17, 19],
  );
  assert.equal(second.next, null);
  assert.equal(rows.find("owner", { prefix: "ann" }).entries.length, 20);
  assert.equal(rows.find("owner", { from: "ann", to: "anni" }).entries.length, 10);
  assert.equal(rows.find("owner", { reverse: true, limit: 1 }).entries[0]?.key, "18");
  assert.equal(rows.size("owner"), 20);
  counts();
  rows.set("01", { owner: "ann", tags: [] });
  assert.deepEqual(counts(), { reads: 1, writes: 1 }, "what stays is not written again");
});

test("a migration enters rows into an index that is new", () => {
  const { state } = countedState();
  indexed(state, "row", {}).set("1", { owner: "ann", tags: [] });
  const rows = rowsIn(state);
  assert.equal(rows.size("owner"), 0);
  rows.reindex("1");
  rows.reindex("1");
  rows.reindex("none");
  assert.deepEqual(
    rows.find("owner", { value: "ann" }).entries.map(({ key }) => key),
    ["1"],
  );
});

test("a value with a NUL or too long for an index is refused", () => {
  const rows = rowsIn(countedState().state);
  for (const owner of ["a\0b", "x".repeat(400)])
    assert.throws(() => rows.set("1", { owner, tags: [] }), isRefusal);
  assert.equal(rows.has("1"), false);
});

test("a counter counts exactly or refuses", () => {
  const { state } = countedState();
  const count = counter(state, "count");
  assert.deepEqual([count.get(), count.next(), count.next(), count.add(-5)], [0, 1, 2, -3]);
  assert.throws(() => count.add(0.5), isRefusal);
  count.add(Number.MAX_SAFE_INTEGER);
  count.add(3);
  assert.throws(() => count.next(), isRefusal);
  assert.equal(count.get(), Number.MAX_SAFE_INTEGER);
});

test("a total of amounts never wraps or goes below zero", () => {
  const { state, texts } = countedState();
  const supply = total(state, "supply");
  assert.deepEqual([supply.add(2n ** 255n), supply.get()], [2n ** 255n, 2n ** 255n]);
  assert.throws(() => supply.add(2n ** 255n), isRefusal);
  supply.subtract(2n ** 255n);
  assert.throws(() => supply.subtract(1n), isRefusal);
  assert.equal(texts.get("supply"), '"0"');
});

test("a log is read from either end, page by page", () => {
  const { state, counts } = countedState();
  const history = log<string>(state, "history/1");
  assert.deepEqual(history.page(), { entries: [], next: null });
  for (const value of ["a", "b", "c", "d", "e"]) history.append(value);
  assert.deepEqual(counts(), { reads: 6, writes: 10 });
  const pages = (reverse: boolean): string[] => {
    const found: string[] = [];
    for (let after: string | undefined; ; ) {
      const { entries, next } = history.page({ limit: 2, reverse, after });
      found.push(entries.map(({ index, value }) => `${index}${value}`).join(" "));
      if (next === null) return found;
      after = next;
    }
  };
  assert.deepEqual(pages(false), ["0a 1b", "2c 3d", "4e"]);
  assert.deepEqual(pages(true), ["4e 3d", "2c 1b", "0a"]);
  assert.deepEqual(
    [history.at(4), history.at(5), history.at(-1), history.size()],
    ["e", undefined, undefined, 5],
  );
  for (const after of ["x", "-1", "01", "1e3"]) assert.throws(() => history.page({ after }), isRefusal);
});

test("keys of integers sort as their integers and lead back to them", () => {
  const integers = fc.bigInt({ min: -(10n ** 98n), max: 10n ** 98n });
  fc.assert(
    fc.property(fc.oneof(integers, fc.bigInt({ min: -200n, max: 200n })), integers, (a, b) => {
      assert.equal(integerOfKey(integerKey(a)), a);
      assert.equal(integerKey(a) < integerKey(b), a < b);
    }),
  );
  assert.deepEqual([integerKey(-5), integerKey(7), integerKey(10n)], ["n984", "p017", "p0210"]);
  for (const value of [1.5, 2 ** 53, Number.NaN, 10n ** 99n])
    assert.throws(() => integerKey(value), isRefusal);
  for (const key of ["", "p", "p0207", "n01", "p00", "n990", "x011"])
    assert.throws(() => integerOfKey(key), isRefusal, key);
});
