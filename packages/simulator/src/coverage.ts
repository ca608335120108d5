import type { Effect } from "@dure/consensus";

/** How often each rule and each fault fired, by name. */
export type Coverage = {
  readonly note: (what: string) => void;
  readonly counts: ReadonlyMap<string, number>;
};

export const createCoverage = (): Coverage => {
  const counts = new Map<string, number>();
  return { counts, note: (what) => counts.set(what, (counts.get(what) ?? 0) + 1) };
};

/** What an effect says of the rule that asked for it. */
export const ruleOf = (effect: Effect): string => {
  switch (effect.type) {
    case "commit":
      return `effect: commit by ${effect.proof.kind}, ${Math.min(effect.blocks.length, 3)} at once`;
    case "payload":
      return effect.empty ? "effect: payload, empty for lag" : "effect: payload";
    default:
      return `effect: ${effect.type}`;
  }
};
