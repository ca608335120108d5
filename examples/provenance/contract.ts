/**
 * Where goods come from. Batches are produced, split, merged, transformed, and handed over by both sides; each
 * knows what it was made of and what was made of it, so that a recall reaches all that is affected, and a buyer
 * sees all that went in. Certificates and readings of sensors are recorded on the way.
 */
import { contract, method } from "@dure/score";
import * as t from "@dure/score/schema";
import { settingsOf } from "./acting.ts";
import {
  attached,
  batch,
  batches,
  batchOf,
  code,
  documents,
  history,
  id,
  measured,
  party,
  readings,
  step,
} from "./batch.ts";
import { making } from "./making.ts";
import { moving } from "./moving.ts";
import { affected, recall, recalling, recallOf } from "./recall.ts";

const next = () => t.nullable(t.text());
const batchPage = () => t.object({ batches: t.list(batch()), next: next() });
/** How many batches one step of a trace looks at. Each has up to 50 neighbours. */
const TRACE_MAX = 20;

export default contract({
  name: "provenance",
  version: "1.0.0",

  init: method(() => ({
    params: {
      producerRole: t.optional(t.text({ max: 32 })),
      authorityRole: t.optional(t.text({ max: 32 })),
    },
    run: (ctx, settings) => settingsOf(ctx.state).set(settings),
  })),

  invoke: { ...making, ...moving, ...recalling },

  query: {
    batch: method(() => ({
      params: { id: id() },
      result: batch(),
      run: (ctx, { id }) => batchOf(ctx.state, id),
    })),

    batchOfCode: method(() => ({
      summary: "The batch on which a maker printed a code, or null.",
      params: { maker: party(), code: code() },
      result: t.nullable(batch()),
      run: (ctx, { maker, code }) => batches(ctx.state).one("code", `${maker} ${code}`)?.value ?? null,
    })),

    batchesBy: method(() => ({
      summary:
        "The batches that are there, by holder, by product, or by the receiver that they are under way to.",
      params: { what: t.oneOf(["holder", "product", "receiver"]), value: t.text({ max: 128 }), ...t.page() },
      result: batchPage(),
      run(ctx, { what, ...range }) {
        const page = batches(ctx.state).find(what, range);
        return { batches: page.entries.map(({ value }) => value), next: page.next };
      },
    })),

    trace: method(() => ({
      summary: "Some batches, and the ids of what they were made of (up) or what was made of them (down).",
      params: {
        ids: t.list(id(), { min: 1, max: TRACE_MAX }),
        direction: t.oneOf(["up", "down"]),
      },
      result: t.object({ batches: t.list(batch()), next: t.list(id(), { max: 1000 }) }),
      run(ctx, { ids, direction }) {
        const found = ids.map((id) => batchOf(ctx.state, id));
        const ends = found.flatMap(({ parents, children }) => (direction === "up" ? parents : children));
        return { batches: found, next: [...new Set(ends)] };
      },
    })),

    recallStatus: method(() => ({
      params: { recall: id() },
      result: recall(),
      run: (ctx, params) => recallOf(ctx.state, params.recall),
    })),

    affected: method(() => ({
      summary: "All batches that a recall has found, in the order found, with who has them now.",
      params: { recall: id(), ...t.page() },
      result: batchPage(),
      run(ctx, { recall, ...range }) {
        const page = affected(ctx.state, recall).page(range);
        return { batches: page.entries.map(({ value }) => batchOf(ctx.state, value)), next: page.next };
      },
    })),

    recalledGoods: method(() => ({
      summary:
        "The marked batches of a recall that are still there, by holder; of one holder, if it is given.",
      params: { recall: id(), holder: t.optional(party()), ...t.page() },
      result: batchPage(),
      run(ctx, { recall, holder, ...range }) {
        const which = holder === undefined ? { prefix: `${recall} ` } : { value: `${recall} ${holder}` };
        const page = batches(ctx.state).find("recall", { ...which, ...range });
        return { batches: page.entries.map(({ value }) => value), next: page.next };
      },
    })),

    history: method(() => ({
      params: { id: id(), ...t.page() },
      result: t.object({ steps: t.list(step()), next: next() }),
      run(ctx, { id, ...range }) {
        const page = history(ctx.state, id).page(range);
        return { steps: page.entries.map(({ value }) => value), next: page.next };
      },
    })),

    documents: method(() => ({
      params: { id: id(), ...t.page() },
      result: t.object({ documents: t.list(attached()), next: next() }),
      run(ctx, { id, ...range }) {
        const page = documents(ctx.state, id).page(range);
        return { documents: page.entries.map(({ value }) => value), next: page.next };
      },
    })),

    readings: method(() => ({
      params: { id: id(), ...t.page() },
      result: t.object({ readings: t.list(measured()), next: next() }),
      run(ctx, { id, ...range }) {
        const page = readings(ctx.state, id).page(range);
        return { readings: page.entries.map(({ value }) => value), next: page.next };
      },
    })),
  },
});
