import { CERTIFICATE_KIND } from "@dure/types";
import { type Context, send, signaturesOf } from "./context.ts";
import type { Vote } from "./message.ts";
import type { Tally } from "./state.ts";
import { recordedVotes } from "./voter.ts";

/**
 * Votes between groups (lft.md, quorums): a vote goes to its own group, of which one member, another in each view,
 * combines the votes by which the group agrees into one message for all others. What it may withhold is made up for
 * after a quarter of the first view timer: then each sends its own vote to everyone.
 */

const ownGroup = ({ config, groups }: Context): readonly number[] | undefined => {
  const { self } = config;
  const members = self === undefined ? undefined : groups?.groups[groups.groupOf(self.index)];
  return members === undefined || members.length < 2 ? undefined : members;
};

/** Sends this node's vote: to its group, or to all where it stands alone. */
export const sendToGroup = (context: Context, vote: Vote): void => {
  const members = ownGroup(context);
  if (members === undefined) return send(context, "all", vote);
  send(
    context,
    members.filter((member) => member !== vote.signer),
    vote,
  );
  context.effects.push({
    type: "timer",
    name: "group",
    afterMs: Math.ceil(context.config.timing.baseMs / 4),
  });
};

/** As the combining member of this view: once the group agrees, tells the others. */
export const combine = (
  context: Context,
  { kind, epoch, view, blockId, signer }: Vote,
  tally: Tally,
): void => {
  const { config, groups, state } = context;
  const members = ownGroup(context);
  const own = config.self?.index;
  if (members === undefined || groups === undefined || own === undefined || !state.voting) return;
  const group = groups.groupOf(own);
  const key = `${kind} ${view}`;
  if (members[view % members.length] !== own || groups.groupOf(signer) !== group || state.combined.has(key))
    return;
  if (!groups.agrees(group, tally.keys())) return;
  state.combined.add(key);
  const inside = new Map([...tally].filter(([member]) => groups.groupOf(member) === group));
  const outside = [...config.validators.keys()].filter((member) => groups.groupOf(member) !== group);
  send(context, outside, {
    type: "groupVote",
    ...{ kind, epoch, view, blockId },
    signatures: signaturesOf(context, inside),
  });
};

/** The group's time is over: whoever still waits is told by each. */
export const sendPastGroup = (context: Context): void => {
  const { state } = context;
  for (const vote of recordedVotes(context)) {
    const isCertified =
      vote.kind === CERTIFICATE_KIND.vote && state.certified.get(vote.blockId) !== undefined;
    if (vote.view >= state.view - 1 && !isCertified) send(context, "all", vote);
  }
};
