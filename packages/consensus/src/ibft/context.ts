import { collectSignatures, type Signatures } from "@dure/types";
import type { Candidate, Effect, EngineConfig, Target } from "../engine.ts";
import { refuse } from "../lft/context.ts";
import type { Entry } from "../lft/state.ts";
import type { ValidatorSet } from "../verify-certificate.ts";
import type { RoundLeaders } from "./leader.ts";
import { encodeMessage, type OwnMessage } from "./message.ts";
import { type DurableRecord, encodeRecord } from "./record.ts";
import type { Rules } from "./rules.ts";
import type { State, Tally } from "./state.ts";

export { refuse };

/** What every part of a step works on: fixed configuration, the state that it owns, and the effects in order. */
export type Context = {
  readonly config: EngineConfig;
  readonly rules: Rules;
  readonly set: ValidatorSet;
  readonly leaders: RoundLeaders;
  readonly state: State;
  readonly effects: Effect[];
  readonly nowMs: number;
  /** The validator whose message is being handled. */
  readonly from: number | undefined;
};

export const send = (context: Context, to: Target, message: OwnMessage, about?: Candidate): void => {
  const bytes = encodeMessage(message);
  context.effects.push({ type: "send", to, message: bytes, ...(about !== undefined && { about }) });
};

/**
 * The next durable record, with the data of the blocks that what follows depends on. Sends that come later in the
 * effects leave only when both are synced. The head's data goes along where nothing else made it durable: its append
 * to the log may come after this, and the record's height is above it.
 */
export const persist = (
  context: Context,
  change: Partial<DurableRecord>,
  blocks: readonly Entry[] = [],
): void => {
  const { state } = context;
  state.record = { ...state.record, ...change };
  const fresh: Candidate[] = [];
  for (const entry of [state.headEntry, ...blocks]) {
    if (entry === undefined || entry.durable) continue;
    entry.durable = true;
    fresh.push(entry.candidate);
  }
  context.effects.push({ type: "persist", record: encodeRecord(state.record), blocks: fresh });
};

/** The height that is being decided. */
export const heightOf = ({ head }: State): number => head.height + 1;

/**
 * Whether this node may sign anything at the height being decided. Not below the height of its record: what it signed
 * there is forgotten, and it waits for the blocks up to it (rule 12).
 */
export const canVote = ({ state, config }: Context): boolean =>
  state.voting && !state.ended && config.self !== undefined && state.record.height === heightOf(state);

/** The entry of a candidate, made if it is new. */
export const entryOf = (state: State, candidate: Candidate): Entry => {
  const known = state.blocks.get(candidate.id);
  if (known !== undefined) return known;
  const entry = { candidate, held: false, valid: false, durable: false, validating: false };
  state.blocks.set(candidate.id, entry);
  return entry;
};

export const signaturesOf = ({ config }: Context, tally: Tally): Signatures =>
  collectSignatures(config.validators.length, tally.signatures);

/** This node's index and seed. Throws on a node without a key: a bug, since such a node signs nothing. */
export const selfOf = ({ config }: Context): NonNullable<EngineConfig["self"]> => {
  if (config.self === undefined) throw new Error("a node without a key signs nothing");
  return config.self;
};
