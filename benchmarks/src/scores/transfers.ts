import type { Sender } from "@dure/score";
import type { Block, Call } from "@dure/score-host";

const ORGANISATION = "bench";
const START_BALANCE = "1000000000";

const holderOf = (at: number): string => `a${at}@${ORGANISATION}`;

/** Gives every account its balance, as the token stores it. */
export const endow = (values: Map<string, string>, score: string, accounts: number): void => {
  for (let at = 0; at < accounts; at++)
    values.set(`${score}\0balance/${holderOf(at)}`, JSON.stringify(START_BALANCE));
};

/** Transfers between accounts that are as good as random, the same sequence each time. */
export type Transfers = {
  /** The next transfers as calls of these SCOREs in turn. */
  next(count: number): readonly Call[];
};

export const createTransfers = (accounts: number, scores: readonly string[] = ["token"]): Transfers => {
  // Each account's sender is one object, as a peer has it: the host sends it once a block.
  const senders = new Map<number, Sender>();
  const senderOf = (at: number): Sender => {
    const known = senders.get(at);
    if (known !== undefined) return known;
    const id = at.toString(16).padStart(64, "0");
    const sender = { id, name: `a${at}`, organisation: ORGANISATION, roles: ["client"], attributes: {} };
    senders.set(at, sender);
    return sender;
  };
  let made = 0;
  return {
    next: (count) =>
      Array.from({ length: count }, (_, index) => {
        made += 1;
        const from = (made * 7_919) % accounts;
        const to = (made * 104_729 + 1) % accounts;
        return {
          index,
          txId: made.toString(16).padStart(64, "0"),
          score: scores[made % scores.length] as string,
          method: "transfer",
          params: JSON.stringify({ to: holderOf(to), amount: "1" }),
          sender: senderOf(from),
        };
      }),
  };
};

/** A block of calls. */
export const blockOf = (height: number, calls: readonly Call[]): Block => ({
  height,
  timestampMs: 1_700_000_000_000 + height,
  organisations: [ORGANISATION],
  activations: [],
  suspended: [],
  calls,
});
