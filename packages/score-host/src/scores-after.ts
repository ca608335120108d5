import type { Block, Outcome, ScoreSource } from "./outcome.ts";

/** The SCOREs after a block: those that its activations took the place of, or the same list if none stood. */
export const scoresAfter = (
  scores: readonly ScoreSource[],
  { activations }: Pick<Block, "activations">,
  outcomes: readonly Outcome[],
): readonly ScoreSource[] =>
  activations.reduce((before, { score: name, version, action, source }, index) => {
    if (outcomes[index]?.code !== 0) return before;
    const others = before.filter((score) => score.name !== name);
    return action === "disable" ? others : [...others, { name, version, source }];
  }, scores);
