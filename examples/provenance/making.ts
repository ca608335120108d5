/** How batches come to be, and go into others. A batch goes into one step as a whole: to use a part, split it first. */
import {
  addDecimals,
  compareDecimals,
  counter,
  type Decimal,
  decimal,
  decimalText,
  type InvokeContext,
  method,
  refuse,
} from "@dure/score";
import * as t from "@dure/score/schema";
import { actingFor, mustBe, record, settingsOf } from "./acting.ts";
import { type Batch, batchOf, code, errors, goods, id, party, quantity, STEP_MAX } from "./batch.ts";
import { mustNotBeRecalled } from "./recall.ts";

type Made = {
  readonly code: string;
  readonly product: string;
  readonly quantity: Decimal;
  readonly unit: string;
};

const made = () => t.object({ ids: t.list(t.text(), { max: STEP_MAX }) });

/** Stores new batches and returns their ids. */
const make = (
  ctx: InvokeContext,
  maker: string,
  how: Batch["made"],
  parents: readonly string[],
  outputs: readonly Made[],
): string[] => {
  const ids = outputs.map((output) => {
    const id = String(counter(ctx.state, "batches").next());
    const who = { maker, holder: maker, made: how, madeAtMs: ctx.block.timestampMs };
    const where = { state: "held", parents, children: [], recalls: [] } as const;
    record(ctx, { ...output, ...who, ...where, id, quantity: decimalText(output.quantity) }, how);
    return id;
  });
  ctx.emit(how, { maker, parents, ids });
  return ids;
};

/** Returns batches that one party holds and that may go into a step together. */
const inputsOf = (ctx: InvokeContext, ids: readonly string[], what: string): readonly Batch[] => {
  if (new Set(ids).size !== ids.length) refuse("each batch is named once", undefined, errors.QUANTITY);
  return ids.map((id) => {
    const batch = batchOf(ctx.state, id);
    actingFor(ctx, [batch.holder], what);
    mustBe(batch, ["held"]);
    mustNotBeRecalled(ctx.state, batch);
    return batch;
  });
};

/** Makes batches out of others, which are consumed. They are of the party that holds the first. */
const turn = (
  ctx: InvokeContext,
  how: Batch["made"],
  inputs: readonly Batch[],
  outputs: readonly Made[],
  note?: string,
): { ids: string[] } => {
  const parents = inputs.map((input) => input.id);
  const ids = make(ctx, inputs[0]!.holder, how, parents, outputs);
  for (const input of inputs) record(ctx, { ...input, state: "consumed", children: ids }, how, note);
  return { ids };
};

const sum = (quantities: readonly Decimal[]): Decimal =>
  quantities.reduce((total, one) => addDecimals(total, one), decimal(0, 3));

const produce = method(() => ({
  summary: "A producer puts a new batch into the chain.",
  params: { maker: party(), code: code(), ...goods() },
  result: made(),
  run(ctx, { maker, ...output }) {
    actingFor(ctx, [maker], "produce");
    const role = settingsOf(ctx.state).get()?.producerRole;
    if (role !== undefined && !ctx.sender.roles.includes(role))
      refuse(`to produce needs the role ${role}`, { role }, errors.NOT_YOURS);
    return { ids: make(ctx, maker, "produce", [], [output]) };
  },
}));

const split = method(() => ({
  summary: "The holder divides a batch; the parts are exactly the whole.",
  params: {
    id: id(),
    parts: t.list(t.object({ code: code(), quantity: quantity() }), { min: 2, max: STEP_MAX }),
  },
  result: made(),
  run(ctx, { id, parts }) {
    const inputs = inputsOf(ctx, [id], "split");
    const { product, unit, quantity } = inputs[0]!;
    const parted = sum(parts.map((part) => part.quantity));
    if (compareDecimals(parted, decimal(quantity, 3)) !== 0)
      refuse(
        `the parts are ${decimalText(parted)} and the batch is ${quantity}`,
        { quantity },
        errors.QUANTITY,
      );
    return turn(
      ctx,
      "split",
      inputs,
      parts.map((part) => ({ ...part, product, unit })),
    );
  },
}));

const merge = method(() => ({
  summary: "The holder puts batches of one product together.",
  params: { ids: t.list(id(), { min: 2, max: STEP_MAX }), code: code() },
  result: made(),
  run(ctx, { ids, code }) {
    const inputs = inputsOf(ctx, ids, "merge");
    const { product, unit } = inputs[0]!;
    if (inputs.some((input) => input.product !== product || input.unit !== unit))
      refuse("batches that are merged are of one product and unit", undefined, errors.QUANTITY);
    const quantity = sum(inputs.map((input) => decimal(input.quantity, 3)));
    return turn(ctx, "merge", inputs, [{ code, product, unit, quantity }]);
  },
}));

const transform = method(() => ({
  summary: "The holder makes other products of batches. What is gained or lost on the way is not counted.",
  params: {
    ids: t.list(id(), { min: 1, max: STEP_MAX }),
    outputs: t.list(t.object({ code: code(), ...goods() }), { min: 1, max: STEP_MAX }),
    note: t.optional(t.text({ max: 500 })),
  },
  result: made(),
  run: (ctx, { ids, outputs, note }) =>
    turn(ctx, "transform", inputsOf(ctx, ids, "transform"), outputs, note),
}));

export const making = { produce, split, merge, transform };
