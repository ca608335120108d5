/** How batches change hands, by both sides, and leave the chain; and what is recorded about them on the way. */
import { decimalText, method } from "@dure/score";
import * as t from "@dure/score/schema";
import { actingFor, mustBe, nameOf, record } from "./acting.ts";
import { type Batch, batchOf, document, documents, id, party, reading, readings } from "./batch.ts";
import { mustNotBeRecalled } from "./recall.ts";

const note = () => t.optional(t.text({ max: 500 }));

/** Returns the batch as one party holds it, with no receiver. */
const heldBy = ({ receiver: _receiver, ...batch }: Batch, holder: string): Batch => ({
  ...batch,
  state: "held",
  holder,
});

const ship = method(() => ({
  summary: "The holder sends a batch to another party, which must receive it.",
  params: { id: id(), to: party(), note: note() },
  run(ctx, { id, to, note }) {
    const batch = batchOf(ctx.state, id);
    actingFor(ctx, [batch.holder], "ship");
    mustBe(batch, ["held"]);
    mustNotBeRecalled(ctx.state, batch);
    record(ctx, { ...batch, state: "inTransit", receiver: to }, "ship", note);
    ctx.emit("ship", { id, from: batch.holder, to });
  },
}));

const receive = method(() => ({
  summary: "The receiver takes a batch over, or turns it away: then it is its sender's again.",
  params: { id: id(), accept: t.boolean(), note: note() },
  run(ctx, { id, accept, note }) {
    const batch = batchOf(ctx.state, id);
    mustBe(batch, ["inTransit"]);
    const receiver = actingFor(ctx, batch.receiver === undefined ? [] : [batch.receiver], "receive");
    const action = accept ? "receive" : "turnAway";
    record(ctx, heldBy(batch, accept ? receiver : batch.holder), action, note);
    ctx.emit(action, { id, from: batch.holder, to: receiver });
  },
}));

const cancelShipment = method(() => ({
  summary: "The sender takes a shipment back that was not received.",
  params: { id: id(), note: note() },
  run(ctx, { id, note }) {
    const batch = batchOf(ctx.state, id);
    mustBe(batch, ["inTransit"]);
    actingFor(ctx, [batch.holder], "cancel the shipment");
    record(ctx, heldBy(batch, batch.holder), "cancelShipment", note);
    ctx.emit("cancelShipment", { id });
  },
}));

const dispose = method(() => ({
  summary: "The holder takes a batch out of the chain: sold, used up or destroyed.",
  params: { id: id(), note: t.text({ max: 500 }) },
  run(ctx, { id, note }) {
    const batch = batchOf(ctx.state, id);
    actingFor(ctx, [batch.holder], "dispose");
    mustBe(batch, ["held"]);
    record(ctx, { ...batch, state: "disposed" }, "dispose", note);
    ctx.emit("dispose", { id });
  },
}));

/** Who may say something about a batch: who made it, who holds it, and who is to receive it. */
const concerned = ({ maker, holder, receiver }: Batch): string[] => [
  maker,
  holder,
  ...(receiver === undefined ? [] : [receiver]),
];

const attach = method(() => ({
  summary: "Records a certificate or another document about a batch, by its hash.",
  params: { id: id(), ...document() },
  run(ctx, { id, ...given }) {
    actingFor(ctx, concerned(batchOf(ctx.state, id)), "attach");
    const { timestampMs: atMs } = ctx.block;
    documents(ctx.state, id).append({ ...given, by: nameOf(ctx.sender), atMs });
    ctx.emit("attach", { id, kind: given.kind, hash: given.hash });
  },
}));

const measure = method(() => ({
  summary: "Records what sensors measured on a batch.",
  params: { id: id(), readings: t.list(t.object(reading()), { min: 1, max: 100 }) },
  run(ctx, { id, readings: measured }) {
    actingFor(ctx, concerned(batchOf(ctx.state, id)), "measure");
    const by = nameOf(ctx.sender);
    for (const one of measured) readings(ctx.state, id).append({ ...one, value: decimalText(one.value), by });
  },
}));

export const moving = { ship, receive, cancelShipment, dispose, attach, measure };
