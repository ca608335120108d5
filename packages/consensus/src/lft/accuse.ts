import { type Context, refuse, send } from "./context.ts";
import { type Claim, contradict, type Evidence, verifyEvidence } from "./evidence.ts";

/** One fault of each kind is kept of a validator: enough to show that it is faulty, and bounded (rule 16). */
const keyOf = ({ validator, second }: Evidence): string => `${validator} ${second.type}`;

/** Evidence that verifies: kept, shown, and told to all, once a validator and kind (rule 15). */
const learn = (context: Context, evidence: Evidence): void => {
  const { state, effects } = context;
  state.evidence.set(keyOf(evidence), evidence);
  effects.push({ type: "evidence", evidence });
  send(context, "all", { type: "evidence", evidence });
};

/** Two claims whose signatures this node has verified. */
export const accuse = (context: Context, validator: number, first: Claim, second: Claim): void => {
  const evidence = { epoch: context.config.epoch, validator, first, second };
  if (contradict(first, second) && !context.state.evidence.has(keyOf(evidence))) learn(context, evidence);
};

/** Whether this validator was caught in this already: then nothing more need be verified. */
export const isAccused = ({ state }: Context, validator: number, type: Claim["type"]): boolean =>
  state.evidence.has(`${validator} ${type}`);

/** What another peer shows of a validator. */
export const onEvidence = (context: Context, evidence: Evidence): void => {
  if (context.state.evidence.has(keyOf(evidence))) return;
  if (verifyEvidence(context.set, evidence)) learn(context, evidence);
  else refuse(context, "evidence that shows nothing");
};

/** A verified TIMEOUT or COMMIT beside what its signer said last of the other. */
export const checkAgainstTimeout = (context: Context, validator: number, claim: Claim): void => {
  const { state } = context;
  const said = state.said.get(validator) ?? { timeout: undefined, commitVote: undefined };
  state.said.set(validator, said);
  if (claim.type === "timeout" && claim.view >= (said.timeout?.view ?? 0)) said.timeout = claim;
  if (claim.type === "commitVote" && claim.view >= (said.commitVote?.view ?? 0)) said.commitVote = claim;
  if (said.timeout !== undefined && said.commitVote !== undefined)
    accuse(context, validator, said.timeout, said.commitVote);
};
