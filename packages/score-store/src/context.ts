import { type InvokeContext, refuse } from "@dure/score";

/** What the store needs of its context beside what every method has. */
export type StoreContext = InvokeContext & {
  readonly channel: { readonly organisations: readonly string[] };
  readonly crypto: {
    /** SHA-256 of a text's UTF-8 in 64 lower-case hexadecimal digits. */
    sha256(text: string): string;
  };
};

/** Returns the organisation that the sender administers. @throws Refusal for everyone else */
export const administeredBy = ({ sender, channel }: StoreContext): string => {
  if (!sender.roles.includes("admin")) refuse("only an administrator may do this");
  if (!channel.organisations.includes(sender.organisation))
    refuse("only an administrator of one of the channel's organisations may do this");
  return sender.organisation;
};

/** Whether these are more than half of the channel's organisations, those alone that still take part. */
export const isMajority = (approvals: readonly string[], { channel }: StoreContext): boolean =>
  2 * channel.organisations.filter((name) => approvals.includes(name)).length > channel.organisations.length;
