import type { Effect, Engine, EngineConfig, Input } from "../engine.ts";
import { leaderPolicy } from "../leader.ts";
import { groupQuorums } from "../quorum.ts";
import { type ValidatorSet, validatorSet } from "../verify-certificate.ts";
import { wantedOf } from "./catch-up.ts";
import type { Context } from "./context.ts";
import { encodeRecord, freshRecord } from "./record.ts";
import { RULES, type Rules } from "./rules.ts";
import { initialState, type State } from "./state.ts";
import { advance } from "./step.ts";

/**
 * LFT for one epoch (specs/lft.md): the leader's block carries the votes for the block before it, every validator
 * votes to all, and leadership spins. `rules` and `set` are those of the specification; the simulator passes broken ones.
 */
export const createLft = (
  config: EngineConfig,
  rules: Rules = RULES,
  set: ValidatorSet = validatorSet(config),
): Engine<State> => {
  const leaders = leaderPolicy(config);
  const groups =
    (config.groups ?? []).length === 0 ? undefined : groupQuorums(config.validators, config.groups ?? []);
  const contextOf = (state: State, input: Input): Context => {
    const effects: Effect[] = [];
    const from = input.type === "message" ? input.from : undefined;
    return { config, rules, set, leaders, groups, state, effects, nowMs: input.nowMs, from };
  };
  return {
    initial: () => initialState(config),
    freshRecord: () => encodeRecord(freshRecord(config.epoch, config.base.blockId)),
    step: (state, input) => {
      const context = contextOf(state, input);
      advance(context, input);
      return { state: context.state, effects: context.effects };
    },
    tip: (state) => state.record.highQc.blockId,
    wanted: wantedOf,
    status: ({ view, head, record, voting, execution, ended, evidence }) => ({
      view,
      leader: leaders.leaderOf(view),
      height: head.height,
      highQcView: record.highQc.view,
      timedOutView: record.timedOut,
      voting,
      ended,
      executionHeight: execution?.height ?? 0,
      evidence: [...evidence.values()],
    }),
  };
};
