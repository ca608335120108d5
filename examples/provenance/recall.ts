/**
 * Recalls. A recall reaches a batch and all that was ever made of it. That may be more than one call may do, so
 * a recall is a queue in the state: `recall` begins it with one batch, and each `spread` takes some batches from
 * it, marks them, and puts their children in. A batch that is marked goes nowhere any more, so nothing new can
 * be made of it behind the recall's back, and what is made of one that is still in the queue is its child
 * before its turn comes.
 */
import { counter, log, method, type ReadableState, refuse } from "@dure/score";
import * as t from "@dure/score/schema";
import { actingFor, nameOf, record, settingsOf } from "./acting.ts";
import { type Batch, batchOf, errors, id } from "./batch.ts";

/** How many batches one call marks: each has up to 50 children, and a call writes at most 10,000 keys. */
const SPREAD_MAX = 50;

export const recall = () =>
  t.object({
    id: id(),
    batch: id(),
    reason: t.text({ max: 500 }),
    by: t.identity(),
    atMs: t.integer(),
    /** `spreading`: call `spread` until it is `complete`. */
    state: t.oneOf(["spreading", "complete", "lifted"]),
    /** How many batches it has marked, and how many it has found. */
    marked: t.integer({ min: 0 }),
    found: t.integer({ min: 0 }),
  });
type Recall = t.Wire<ReturnType<typeof recall>>;

const recalls = (state: ReadableState) => state.map<Recall>("recall");
/** The batches that a recall has found, in the order found. The first `marked` of them are marked. */
export const affected = (state: ReadableState, recall: string) => log<string>(state, `affected/${recall}`);
const seen = (state: ReadableState) => state.map<boolean>("seen");

/** @throws Refusal NOT_FOUND */
export const recallOf = (state: ReadableState, id: string): Recall =>
  recalls(state).get(id) ?? refuse(`there is no recall ${id}`, { id }, errors.NOT_FOUND);

/** @throws Refusal RECALLED if a recall that has reached the batch is not lifted */
export const mustNotBeRecalled = (state: ReadableState, { id, recalls }: Batch): void => {
  const recall = recalls.find((recall) => recallOf(state, recall).state !== "lifted");
  if (recall !== undefined) refuse(`batch ${id} is under recall ${recall}`, { id, recall }, errors.RECALLED);
};

/** Puts batches into a recall's queue, each once, and returns how many it has found since it began. */
const enqueue = (state: ReadableState, recall: string, ids: readonly string[]): number => {
  const queue = affected(state, recall);
  for (const id of ids)
    if (!seen(state).has(`${recall}/${id}`)) {
      seen(state).set(`${recall}/${id}`, true);
      queue.append(id);
    }
  return queue.size();
};

const begin = method(() => ({
  summary: "The maker or holder of a batch, or an authority, recalls it and all that was made of it.",
  params: { id: id(), reason: t.text({ max: 500 }) },
  result: t.object({ recall: id() }),
  run(ctx, { id: batch, reason }) {
    const { maker, holder } = batchOf(ctx.state, batch);
    const role = settingsOf(ctx.state).get()?.authorityRole;
    if (role === undefined || !ctx.sender.roles.includes(role)) actingFor(ctx, [maker, holder], "recall");
    const id = String(counter(ctx.state, "recalls").next());
    const { timestampMs: atMs } = ctx.block;
    const found = enqueue(ctx.state, id, [batch]);
    const by = nameOf(ctx.sender);
    recalls(ctx.state).set(id, { id, batch, reason, by, atMs, state: "spreading", marked: 0, found });
    ctx.emit("recall", { recall: id, batch, reason });
    return { recall: id };
  },
}));

const spread = method(() => ({
  summary: "Anyone carries a recall on to the next batches. Call it until the recall is complete.",
  params: { recall: id(), limit: t.optional(t.integer({ min: 1, max: SPREAD_MAX }), SPREAD_MAX) },
  result: recall(),
  run(ctx, { recall: id, limit }) {
    const recall = recallOf(ctx.state, id);
    if (recall.state !== "spreading")
      refuse(`recall ${id} is ${recall.state}`, { state: recall.state }, errors.WRONG_STATE);
    let { marked, found } = recall;
    for (const end = marked + limit; marked < Math.min(end, found); marked++) {
      const batch = batchOf(ctx.state, affected(ctx.state, id).at(marked) ?? "");
      record(ctx, { ...batch, recalls: [...batch.recalls, id] }, "recall", recall.reason);
      found = enqueue(ctx.state, id, batch.children);
    }
    const next: Recall = { ...recall, marked, found, state: marked === found ? "complete" : "spreading" };
    recalls(ctx.state).set(id, next);
    if (next.state === "complete") ctx.emit("recallComplete", { recall: id, marked });
    return next;
  },
}));

const lift = method(() => ({
  summary: "Who began a recall lifts it: what it holds may move again.",
  params: { recall: id() },
  run(ctx, { recall: id }) {
    const recall = recallOf(ctx.state, id);
    const role = settingsOf(ctx.state).get()?.authorityRole;
    if (role === undefined || !ctx.sender.roles.includes(role))
      actingFor(ctx, [recall.by], "lift the recall");
    recalls(ctx.state).set(id, { ...recall, state: "lifted" });
    ctx.emit("recallLifted", { recall: id });
  },
}));

export const recalling = { recall: begin, spread, lift };
