import { type InvokeContext, type ReadableState, refuse, type Sender } from "@dure/score";
import { type Batch, batches, errors, history } from "./batch.ts";

/** What a channel chose when it was founded. */
export type Settings = {
  /** The role that a producer's certificate must have; none: any. */
  readonly producerRole?: string;
  /** The role of those who recall batches that they neither made nor hold; none: nobody. */
  readonly authorityRole?: string;
};

export const settingsOf = (state: ReadableState) => state.value<Settings>("settings");

export const nameOf = ({ name, organisation }: Sender): string => `${name}@${organisation}`;

/** Returns the first of some parties for which the sender may act. @throws Refusal NOT_YOURS */
export const actingFor = (ctx: InvokeContext, parties: readonly string[], what: string): string => {
  // Another contract that someone calls must not move goods in that person's name here.
  if (ctx.callers.length > 0) refuse("batches take no calls from contracts", undefined, errors.NOT_YOURS);
  const { sender } = ctx;
  return (
    parties.find((party) => party === sender.organisation || party === nameOf(sender)) ??
    refuse(`to ${what} is for ${parties.join(" or ")}`, { parties }, errors.NOT_YOURS)
  );
};

/** @throws Refusal WRONG_STATE unless the batch is in one of the states */
export const mustBe = ({ id, state }: Batch, states: readonly Batch["state"][]): void => {
  if (!states.includes(state))
    refuse(`batch ${id} is ${state}, not ${states.join(" or ")}`, { id, state }, errors.WRONG_STATE);
};

/** Stores a batch after an action, with the action in its history. */
export const record = (ctx: InvokeContext, batch: Batch, action: string, note?: string): void => {
  batches(ctx.state).set(batch.id, batch);
  const { timestampMs: atMs, height } = ctx.block;
  history(ctx.state, batch.id).append({
    action,
    by: nameOf(ctx.sender),
    atMs,
    height,
    ...(note !== undefined && { note }),
  });
};
