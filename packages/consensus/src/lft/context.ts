import { collectSignatures, type Hash } from "@dure/types";
import type { Candidate, Effect, EngineConfig, Target } from "../engine.ts";
import type { LeaderPolicy } from "../leader.ts";
import type { GroupQuorums } from "../quorum.ts";
import type { ValidatorSet } from "../verify-certificate.ts";
import { encodeMessage, type Message } from "./message.ts";
import type { Rules } from "./rules.ts";
import type { Entry, State, Tally } from "./state.ts";

/** What every part of a step works on: fixed configuration, the state that it owns, and the effects in order. */
export type Context = {
  readonly config: EngineConfig;
  readonly rules: Rules;
  readonly set: ValidatorSet;
  readonly leaders: LeaderPolicy;
  /** Where the configuration has groups. */
  readonly groups: GroupQuorums | undefined;
  readonly state: State;
  readonly effects: Effect[];
  readonly nowMs: number;
  /** The validator whose message is being handled. */
  readonly from: number | undefined;
};

export const send = (context: Pick<Context, "effects">, to: Target, message: Message): void => {
  context.effects.push({ type: "send", to, message: encodeMessage(message) });
};

/** A message is refused: it costs its sender, never the process (rule 16). */
export const refuse = (context: Pick<Context, "effects" | "from">, reason: string): void => {
  context.effects.push({ type: "refused", from: context.from, reason });
};

/** Views beyond this are dropped, certificates excepted (rule 16): a tenure and two views, twice over. */
export const viewWindow = ({ spinInterval }: EngineConfig): number => 2 * (spinInterval + 2);

/**
 * The uncommitted blocks from `id` down to the committed head's child, nearest first; undefined if one of them is
 * unknown or the chain does not reach the head.
 */
export const chainTo = (state: State, id: Hash): readonly Entry[] | undefined => {
  const chain: Entry[] = [];
  for (let at = id; at !== state.head.blockId; ) {
    const entry = state.blocks.get(at);
    if (entry === undefined || entry.candidate.header.height <= state.head.height) return undefined;
    chain.push(entry);
    at = entry.candidate.header.parentId;
  }
  return chain;
};

/** The same, only if the data of all of them is held. */
export const heldChainTo = (state: State, id: Hash): readonly Entry[] | undefined => {
  const chain = chainTo(state, id);
  return chain?.every((entry) => entry.held) ? chain : undefined;
};

/** What a child of a block needs to know of it. */
export type Parent = {
  readonly id: Hash;
  readonly height: number;
  readonly view: number;
  readonly timestampMs: number;
  readonly executionHeight: number;
  /** It or an ancestor above the head ends the epoch: only empty blocks may follow (rule 14). */
  readonly endsEpoch: boolean;
};

/** The tip of a chain as a parent. */
export const parentOf = (state: State, chain: readonly Entry[]): Parent => {
  const [tip] = chain;
  if (tip === undefined) return { ...state.head, id: state.head.blockId, endsEpoch: false };
  const carrier = chain.find((entry) => entry.candidate.header.execution !== undefined);
  const { height, view, timestampMs } = tip.candidate.header;
  const executionHeight = carrier?.candidate.header.execution?.height ?? state.head.executionHeight;
  const endsEpoch = chain.some((entry) => entry.candidate.header.endsEpoch);
  return { id: tip.candidate.id, height, view, timestampMs, executionHeight, endsEpoch };
};

/** The entry of a candidate, made if it is new. */
export const entryOf = (state: State, candidate: Candidate): Entry => {
  const known = state.blocks.get(candidate.id);
  if (known !== undefined) return known;
  const entry = { candidate, held: false, valid: false, durable: false, validating: false };
  state.blocks.set(candidate.id, entry);
  return entry;
};

export const signaturesOf = (context: Pick<Context, "config">, tally: Tally) =>
  collectSignatures(context.config.validators.length, tally);
