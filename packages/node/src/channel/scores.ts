import type { Ledger } from "@dure/ledger";
import type { ChannelConfig } from "@dure/membership";
import {
  type Activation,
  ScoreHostError,
  type ScoreSource,
  type Suspended,
  type Write,
} from "@dure/score-host";
import {
  activationRefusal,
  activeScores,
  type DueActivation,
  describeScore,
  dueActivations,
  type GetText,
  type KnownScore,
  knownScores,
  lastingSuspensions,
  type ScoreHistory,
  STORE,
  SUSPENSIONS_KEY,
  type SuspensionNotice,
  type SuspensionRecord,
  suspendedMessage,
  suspensionsIn,
  suspensionsText,
  withBegun,
  withEnded,
} from "@dure/score-store";
import { decodeText, encodeText, type Header } from "@dure/types";
import type { Suspensions } from "./suspensions.ts";

/**
 * Which SCOREs a channel runs, by its genesis and its state after the last height executed (specs/score-store.md): so a
 * restart, a replay and a state that came as a snapshot lead to the same.
 */
export type Scores = {
  /** What is to be loaded: what runs, but for what is suspended. */
  readonly running: () => readonly ScoreSource[];
  /** What the next block, whose header this is, begins with. Throws ScoreHostError or NodeError where nobody could tell. */
  readonly due: (header: Pick<Header, "height" | "epoch" | "timestampMs">) => DueBlock;
  /** What is suspended in the next block, and so for queries now. */
  readonly suspended: () => readonly Suspended[];
  /** Suspensions that last, and those that this peer was given for later blocks. */
  readonly suspensions: () => readonly SuspensionNotice[];
  /** Every SCORE that runs or was disabled, by name. */
  readonly known: () => readonly SuspendableScore<KnownScore>[];
  /** What is known of one, versions and steps from below `before` down; undefined of one that is not registered. */
  readonly describe: (name: string, before?: number) => SuspendableScore<ScoreHistory> | undefined;
};

/** With the suspension that lasts, or is to begin with the next block; null where none does. */
export type SuspendableScore<T> = T & { readonly suspended: Omit<SuspensionNotice, "score"> | null };

/** What a block begins with. */
export type DueBlock = {
  readonly activations: readonly Activation[];
  readonly suspended: readonly Suspended[];
  /** What the host itself writes with the block, given the codes that its activations came to. */
  readonly writes: (codes: readonly number[]) => readonly Write[];
};

export type ScoresOptions = {
  readonly get: GetText;
  readonly executedHeight: () => number;
  readonly genesis: Pick<ChannelConfig, "scores">;
  readonly suspensions: Suspensions;
};

/** Reads the state after the last height executed as texts. */
export const textReader =
  (ledger: Pick<Ledger, "get">): GetText =>
  (key) => {
    const held = ledger.get(encodeText(key));
    return held === undefined ? undefined : decodeText(held.value);
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

const suspendedBy = (records: readonly SuspensionNotice[]): readonly Suspended[] =>
  records.map((record) => ({ score: record.score, message: suspendedMessage(record) }));

/** The record of the suspensions, where a block changes it. */
const recordWrites = (
  before: readonly SuspensionRecord[],
  begun: readonly SuspensionRecord[],
  activations: readonly DueActivation[],
  codes: readonly number[],
  height: number,
): readonly Write[] => {
  const replaced = activations.filter(({ action }, at) => action !== "disable" && codes[at] === 0);
  const after = withEnded(
    begun,
    replaced.map(({ score }) => score),
    height,
  );
  const text = suspensionsText(after);
  return text === suspensionsText(before)
    ? []
    : [{ key: encodeText(SUSPENSIONS_KEY), value: encodeText(text) }];
};

export const createScores = ({ get, executedHeight, genesis, suspensions }: ScoresOptions): Scores => {
  const foundedSource = (score: string, version: string): string => {
    const found = genesis.scores.find((each) => each.name === score && each.version === version);
    if (found === undefined) throw new Error(`the genesis has no source of ${score} ${version}`);
    return found.source;
  };
  /** What lasts, with what is to begin with the next block. */
  const lasting = (): readonly SuspensionNotice[] => {
    const next = suspensions.list().filter(({ height }) => height === executedHeight() + 1);
    const begun = lastingSuspensions(suspensionsIn(get));
    return [...begun.filter(({ score }) => !next.some((each) => each.score === score)), ...next];
  };
  const withSuspension = <T extends { readonly score: string }>(score: T): SuspendableScore<T> => {
    const found = lasting().find((each) => each.score === score.score);
    return {
      ...score,
      suspended: found === undefined ? null : { height: found.height, reason: found.reason },
    };
  };
  const isLoaded = ({ name }: ScoreSource): boolean => !lasting().some(({ score }) => score === name);
  const sources = (): readonly ScoreSource[] =>
    activeScores(get)?.map(({ score, version, source }) => ({
      name: score,
      version,
      source: source ?? foundedSource(score, version),
    })) ?? genesis.scores;
  const dueIn = (height: number): readonly (DueActivation & { readonly source: string })[] => {
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
  };
  return {
    running: () => sources().filter(isLoaded),
    due: (header) => {
      const { height } = header;
      const due = dueIn(height);
      const before = suspensionsIn(get);
      const begun = withBegun(get, suspensions.beginning(header), due);
      return {
        activations: due.map(({ runsLeft: _, hash: __, ...activation }, at) => ({
          ...activation,
          refusal: activationRefusal(begun, due[at] as DueActivation, height),
        })),
        suspended: suspendedBy(lastingSuspensions(begun)),
        writes: (codes) => recordWrites(before, begun, due, codes, height),
      };
    },
    suspended: () => suspendedBy(lasting()),
    suspensions: () => {
      const later = suspensions.list().filter(({ height }) => height > executedHeight() + 1);
      return [...lasting(), ...later].map(({ score, height, reason }) => ({ score, height, reason }));
    },
    known: () => (knownScores(get) ?? genesis.scores.map(founded)).map(withSuspension),
    describe: (name, before) => {
      const stored = describeScore(get, name, before);
      const own = stored === undefined ? genesis.scores.find((each) => each.name === name) : undefined;
      const history = own === undefined ? stored : foundedHistory(own);
      return history && withSuspension(history);
    },
  };
};
