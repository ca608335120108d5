import { type InvokeContext, type JsonObject, type ReadableState, refuse, type Sender } from "@dure/score";
import { type Credit, credits, errors, history } from "./credit.ts";

/** What a channel chose when it was founded. */
export type Settings = {
  /** How long a bank may examine a presentation. */
  readonly examinationMs: number;
  /** The role that a certificate must have to act for a party; none: any. */
  readonly role?: string;
  /** The token in which credits are paid; none: payments are made elsewhere and recorded by reference. */
  readonly token?: string;
};

export const settingsOf = (state: ReadableState) => state.value<Settings>("settings");

const nameOf = ({ name, organisation }: Sender): string => `${name}@${organisation}`;

const isFor = (sender: Sender, party: string): boolean =>
  party === sender.organisation || party === nameOf(sender);

/** Returns the first of some parties for which the sender may act. @throws Refusal NOT_YOURS */
export const actingFor = (ctx: InvokeContext, parties: readonly string[], what: string): string => {
  // Another contract that a bank's clerk calls must not act in the clerk's name here.
  if (ctx.callers.length > 0) refuse("a credit takes no calls from contracts", undefined, errors.NOT_YOURS);
  const role = settingsOf(ctx.state).get()?.role;
  if (role !== undefined && !ctx.sender.roles.includes(role))
    refuse(`to ${what} needs the role ${role}`, { role }, errors.NOT_YOURS);
  return (
    parties.find((party) => isFor(ctx.sender, party)) ??
    refuse(`to ${what} is for ${parties.join(" or ")}`, { parties }, errors.NOT_YOURS)
  );
};

/** @throws Refusal WRONG_STATE unless the thing is in one of the states */
export const mustBe = <S extends string>(what: string, state: S, states: readonly S[]): void => {
  if (!states.includes(state))
    refuse(`${what} is ${state}, not ${states.join(" or ")}`, { state }, errors.WRONG_STATE);
};

/** Stores a credit after an action, with the action in its history, and publishes it as an event. */
export const record = (
  ctx: InvokeContext,
  credit: Credit,
  action: string,
  data: JsonObject = {},
  note?: string,
): void => {
  const { id, state } = credit;
  credits(ctx.state).set(id, credit);
  const { timestampMs: atMs, height } = ctx.block;
  history(ctx.state, id).append({
    action,
    by: nameOf(ctx.sender),
    atMs,
    height,
    ...(note !== undefined && { note }),
  });
  ctx.emit(action, { id, state, ...data });
};
