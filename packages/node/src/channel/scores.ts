import type { Ledger } from "@dure/ledger";
import type { ChannelConfig } from "@dure/membership";
import { type Activation, ScoreHostError, type ScoreSource } from "@dure/score-host";
import {
  activeScores,
  describeScore,
  dueActivations,
  type GetText,
  type KnownScore,
  knownScores,
  type ScoreHistory,
  STORE,
} from "@dure/score-store";
import { decodeText, encodeText } from "@dure/types";

/**
 * Which SCOREs a channel runs, by its genesis and its state after the last height executed (specs/score-store.md): so a
 * restart, a replay and a state that came as a snapshot lead to the same.
 */
export type Scores = {
  readonly running: () => readonly ScoreSource[];
  /** What the next block activates, if it has this height. */
  readonly due: (height: number) => readonly Activation[];
  /** Every SCORE that runs or was disabled, by name. */
  readonly known: () => readonly KnownScore[];
  /** What is known of one, versions and steps from below `before` down; undefined of one that is not registered. */
  readonly describe: (name: string, before?: number) => ScoreHistory | undefined;
};

/** A channel that was founded without the store runs what its genesis says. */
const founded = ({ name, version }: ScoreSource): KnownScore => ({
  score: name,
  version,
  hash: "",
  active: true,
  scheduled: "",
});

const foundedHistory = ({ name, version }: ScoreSource): ScoreHistory => ({
  score: name,
  active: { version, hash: "" },
  scheduled: "",
  versions: [{ version, hash: "", height: 0, organisation: "", migrate: false, rollback: false, index: 0 }],
  steps: [],
});

export const createScores = (ledger: Pick<Ledger, "get">, genesis: Pick<ChannelConfig, "scores">): Scores => {
  const get: GetText = (key) => {
    const held = ledger.get(encodeText(key));
    return held === undefined ? undefined : decodeText(held.value);
  };
  const foundedSource = (score: string, version: string): string => {
    const found = genesis.scores.find((each) => each.name === score && each.version === version);
    if (found === undefined) throw new Error(`the genesis has no source of ${score} ${version}`);
    return found.source;
  };
  return {
    running: () =>
      activeScores(get)?.map(({ score, version, source }) => ({
        name: score,
        version,
        source: source ?? foundedSource(score, version),
      })) ?? genesis.scores,
    due: (height) => {
      try {
        return dueActivations(get, height).map((activation) => ({
          ...activation,
          source: activation.source ?? foundedSource(activation.score, activation.version),
        }));
      } catch (cause) {
        // The same state says the same on every peer: this is where execution ends, and not a fault of this machine.
        throw new ScoreHostError(
          "STATE_READ_FAILED",
          `what block ${height} activates cannot be read from the state of ${STORE}: ${(cause as Error).message}`,
          { cause },
        );
      }
    },
    known: () => knownScores(get) ?? genesis.scores.map(founded),
    describe: (name, before) => {
      const stored = describeScore(get, name, before);
      const own = stored === undefined ? genesis.scores.find((each) => each.name === name) : undefined;
      return own === undefined ? stored : foundedHistory(own);
    },
  };
};
