import type { Block, Outcome, ScoreSource, Suspended } from "./outcome.ts";

/** The SCOREs after a block: less what is suspended, with what its activations made of them; or the same list. */
export const scoresAfter = (
  scores: readonly ScoreSource[],
  { activations, suspended }: Pick<Block, "activations" | "suspended">,
  outcomes: readonly Outcome[],
): readonly ScoreSource[] =>
  activations.reduce(
    (before, { score: name, version, action, source }, index) => {
      if (outcomes[index]?.code !== 0) return before;
      const others = before.filter((score) => score.name !== name);
      return action === "disable" ? others : [...others, { name, version, source }];
    },
    suspended.reduce(without, scores),
  );

const without = (scores: readonly ScoreSource[], { score }: Suspended): readonly ScoreSource[] =>
  scores.some(({ name }) => name === score) ? scores.filter(({ name }) => name !== score) : scores;
