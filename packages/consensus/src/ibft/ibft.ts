import type { Effect, Engine, EngineConfig, Input } from "../engine.ts";
import { leaderPolicy } from "../leader.ts";
import { validatorSet } from "../verify-certificate.ts";
import { wantedOf } from "./catch-up.ts";
import type { Context } from "./context.ts";
import { roundLeaders } from "./leader.ts";
import { encodeRecord, freshRecord } from "./record.ts";
import { RULES, type Rules } from "./rules.ts";
import { initialState, type State } from "./state.ts";
import { advance } from "./step.ts";

/**
 * IBFT in its corrected form for one epoch (specs/ibft.md): one instance for each height, of rounds with pre-prepare,
 * prepare and commit, and round changes that carry what was prepared. `rules` are those of the specification; tests
 * and the simulator pass broken ones.
 */
export const createIbft = (config: EngineConfig, rules: Rules = RULES): Engine<State> => {
  const set = validatorSet(config);
  const leaders = roundLeaders(leaderPolicy(config));
  const contextOf = (state: State, input: Input): Context => {
    const effects: Effect[] = [];
    const from = input.type === "message" ? input.from : undefined;
    return { config, rules, set, leaders, state, effects, nowMs: input.nowMs, from };
  };
  return {
    initial: () => initialState(config),
    freshRecord: () => encodeRecord(freshRecord(config.epoch, config.base.height + 1, config.base.blockId)),
    step: (state, input) => {
      const context = contextOf(state, input);
      advance(context, input);
      return { state: context.state, effects: context.effects };
    },
    tip: (state) => state.head.blockId,
    wanted: wantedOf,
    status: ({ round, head, record, voting, ended, execution }) => ({
      view: round,
      leader: leaders.leaderOf(head.height + 1, round),
      height: head.height,
      highQcView: record.prepared?.round ?? 0,
      timedOutView: Math.max(0, record.changed - 1),
      voting,
      ended,
      evidence: [],
      executionHeight: execution?.height ?? 0,
    }),
  };
};
