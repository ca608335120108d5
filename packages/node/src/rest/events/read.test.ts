import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { type Cursor, cursorBefore, formatCursor, parseCursor } from "./cursor.ts";
import { EVENT_TYPES, type EventType, type StreamEvent } from "./event.ts";
import { type Filter, nextPiece } from "./piece.ts";
import { readNext, type Source, Unreadable } from "./read.ts";

/** A chain as lists: what each height's execution emits, each transaction by how many SCORE events it has. */
type Chain = readonly (readonly number[])[];

const USUAL: ReadonlySet<EventType> = new Set<EventType>(["block", "transaction", "score", "executed"]);
const hash = (height: number) => height.toString(16).padStart(64, "0");

const eventsAt = (chain: Chain, height: number): readonly StreamEvent[] => [
  ...(chain[height - 1] ?? []).flatMap((scores, index): readonly StreamEvent[] => [
    { type: "transaction", data: `"t ${height} ${index}"`, score: `s${index % 2}` },
    ...Array.from(
      { length: scores },
      (_, event): StreamEvent => ({
        type: "score",
        data: `"s ${height} ${index} ${event}"`,
        score: `s${index % 2}`,
      }),
    ),
  ]),
  { type: "executed", data: `"e ${height}"` },
];

/** A peer that has come so far with the chain, and can come further. */
const peerOf = (chain: Chain): Source & { at: { final: number; executed: number } } => {
  const at = { final: 0, executed: 0 };
  return {
    at,
    height: () => at.final,
    executedHeight: () => at.executed,
    baseHeight: () => 0,
    resultsFrom: () => 1,
    executionStop: () => undefined,
    position: () => ({ view: 1, leaderId: "", height: at.final, executedHeight: at.executed }),
    moves: { listen: () => () => undefined, committedAtMs: () => undefined },
    header: async (height) => ({
      id: hash(height) as never,
      proposerId: "",
      header: { height, view: height, epoch: 1, timestampMs: 0 } as never,
    }),
    executedEvents: async (height) => eventsAt(chain, height),
  };
};

const progress = fc.record({
  peer: fc.nat(2),
  final: fc.nat(3),
  executed: fc.nat(3),
  /** Messages that the reader takes before it is cut. */
  take: fc.nat(12),
});

type Had = { readonly type: string; readonly data: string };

/** The messages of a piece with their ids, as a reader parses them. */
const messages = (text: string): readonly (Had & { readonly id: string })[] =>
  text
    .split("\n\n")
    .filter((each) => each !== "")
    .map((each) => {
      const [id = "", type = "", data = ""] = each.split("\n").map((line) => line.replace(/^\w+: /, ""));
      return { id, type, data: type === "block" ? (/"height":(\d+)/.exec(data)?.[1] ?? "") : data };
    });

const chains = fc.array(fc.array(fc.nat(3), { maxLength: 4 }), { minLength: 1, maxLength: 8 });
const filters = fc.record({
  types: fc
    .subarray([...EVENT_TYPES], { minLength: 1 })
    .map((types): ReadonlySet<EventType> => new Set(types)),
  score: fc.constantFrom(undefined, "s0", "s1"),
});

/** All of a chain that a filter lets through, in the order of the chain. */
const whole = (chain: Chain, { types, score }: Pick<Filter, "types" | "score">, type: string) =>
  chain.flatMap((_, at) =>
    [{ type: "block", data: `${at + 1}` } as Had, ...eventsAt(chain, at + 1)]
      .filter((event) => event.type === type && types.has(event.type as EventType))
      .filter((event) => !("score" in event) || score === undefined || event.score === score)
      .map(({ data }) => data),
  );

const readOn = async (
  source: Source,
  from: Cursor,
  filter: Filter,
  take: number,
  had: Had[],
): Promise<Cursor> => {
  let cursor = from;
  for (let left = take; left > 0; ) {
    const piece = await nextPiece(source, cursor, filter);
    if (piece === undefined) return cursor;
    const taken = messages(piece.text).slice(0, left);
    had.push(...taken);
    left -= Math.max(1, taken.length);
    // Whoever is cut in the middle of a piece comes back with the id of the last message that arrived whole.
    const isCut = taken.length < messages(piece.text).length;
    cursor = isCut ? (parseCursor(taken.at(-1)?.id ?? formatCursor(cursor)) ?? assert.fail()) : piece.cursor;
  }
  return cursor;
};

test("wherever a reader is cut, and whichever peers it reads at whatever height, it has each event once, in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      chains,
      filters,
      fc.array(progress, { maxLength: 30 }),
      async (chain, chosen, rounds) => {
        const filter: Filter = { ...chosen, sender: undefined };
        const peers = [peerOf(chain), peerOf(chain), peerOf(chain)] as const;
        const had: Had[] = [];
        let cursor = cursorBefore(1);
        for (const { peer, final, executed, take } of rounds) {
          const source = peers[peer as 0 | 1 | 2];
          source.at.final = Math.min(chain.length, source.at.final + final);
          source.at.executed = Math.min(source.at.final, source.at.executed + executed);
          cursor = await readOn(source, cursor, filter, take, had);
          assert.deepEqual(parseCursor(formatCursor(cursor)), cursor);
        }
        peers[0].at.final = peers[0].at.executed = chain.length;
        cursor = await readOn(peers[0], cursor, filter, 10_000, had);
        assert.deepEqual(cursor, { final: chain.length, executed: chain.length, items: 0 });
        for (const type of EVENT_TYPES)
          assert.deepEqual(
            had.filter((event) => event.type === type).map(({ data }) => data),
            whole(chain, filter, type),
          );
        if (!(filter.types.has("block") && filter.types.has("executed"))) return;
        for (const [index, { type, data }] of had.entries()) {
          const height = type === "executed" ? Number(/\d+/.exec(data)?.[0]) : 0;
          const final = had.findIndex((event) => event.type === "block" && event.data === `${height}`);
          assert.ok(type !== "executed" || final < index, "no height is executed before it is final");
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("what nothing is wanted of is not read", async () => {
  const unread = () => assert.fail("it is read");
  const source: Source = { ...peerOf([]), height: () => 9, executedHeight: () => 7 };
  let cursor = cursorBefore(1);
  for (const [types, next] of [
    [["consensus"], "9.7.0"],
    [["executed"], "9.7.0"],
  ] as const) {
    const quiet = { ...source, header: unread, ...(types[0] === "consensus" && { executedEvents: unread }) };
    for (let at = 0; at < 20; at++)
      cursor = (await readNext(quiet, cursor, new Set<EventType>(types)))?.cursor ?? cursor;
    assert.equal(formatCursor(cursor), next);
  }
});

test("damage, results that contradict others, and ids that no event has end the stream with their code", async () => {
  const chain = [[1], [1], [1]];
  const source = { ...peerOf(chain), height: () => 3, executedHeight: () => 3 };
  const at = (text: string) => parseCursor(text) ?? assert.fail(text);
  const endsWith = (code: string) => (error: unknown) => error instanceof Unreadable && error.code === code;
  const noHeader = { ...source, header: async () => undefined };
  await assert.rejects(readNext(noHeader, at("0.0.0"), USUAL), endsWith("BLOCK_UNKNOWN"));
  const noEvents = { ...source, executedEvents: async () => undefined };
  await assert.rejects(readNext(noEvents, at("1.0.0"), USUAL), endsWith("BLOCK_UNKNOWN"));
  await assert.rejects(readNext(source, at("1.0.3"), USUAL), endsWith("REQUEST_MALFORMED"));
  assert.equal((await readNext(source, at("1.0.2"), USUAL))?.told.length, 1);
  const diverged = { ...source, executionStop: () => ({ height: 2, why: "it contradicts others" }) };
  const had: Had[] = [];
  const filter = { types: USUAL, score: undefined, sender: undefined };
  await assert.rejects(readOn(diverged, at("0.0.0"), filter, 100, had), endsWith("EXECUTION_HALTED"));
  assert.deepEqual(
    had.map(({ type }) => type),
    ["block", "transaction", "score", "executed", "block", "block"],
  );
  const blocks = new Set<EventType>(["block"]);
  assert.equal(await readNext(diverged, at("3.3.0"), blocks), undefined);
});
