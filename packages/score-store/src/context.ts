import { type InvokeContext, refuse } from "@dure/score";

/** Refuses what another SCORE does for a sender: whoever calls a contract has not agreed to what that calls here. */
export const refuseCallers = ({ callers }: InvokeContext): void => {
  if (callers.length > 0) refuse("another SCORE may not do this");
};

/** Returns the organisation that the sender administers. @throws Refusal for everyone else */
export const administeredBy = (ctx: InvokeContext): string => {
  const { sender, channel } = ctx;
  refuseCallers(ctx);
  if (!sender.roles.includes("admin")) refuse("only an administrator may do this");
  if (!channel.organisations.includes(sender.organisation))
    refuse("only an administrator of one of the channel's organisations may do this");
  return sender.organisation;
};

/** Whether these are more than half of the channel's organisations, those alone that still take part. */
export const isMajority = (approvals: readonly string[], { channel }: InvokeContext): boolean =>
  2 * channel.organisations.filter((name) => approvals.includes(name)).length > channel.organisations.length;
