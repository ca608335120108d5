import { type Outcome, type SimulateOptions, simulate } from "./run.ts";
import { CALM, type Weather } from "./weather.ts";

/** A history that still breaks what it broke, with as few faults as were found to be needed. */
export type Shrunk = { readonly options: SimulateOptions; readonly outcome: Outcome };

const FEWER_VIEWS = [2, 4, 8, 15];

/** Each one fault less, or one more thing simple. */
function* simpler({ weather = {}, ...options }: SimulateOptions): Generator<SimulateOptions> {
  if (options.byzantine !== "none") yield { ...options, weather, byzantine: "none" };
  for (const name of Object.keys(CALM) as (keyof Weather)[])
    if (weather[name] !== CALM[name]) yield { ...options, weather: { ...weather, [name]: CALM[name] } };
  for (const views of FEWER_VIEWS) if (views < (options.views ?? 30)) yield { ...options, weather, views };
}

/**
 * Takes faults away from a broken history for as long as the same invariant still breaks: first the weather's, one by
 * one, then the liar, then views. What is left is a function of the options that are returned.
 */
export const shrink = (options: SimulateOptions, broken: Outcome): Shrunk => {
  const [first] = broken.violations;
  let best: Shrunk = { options, outcome: broken };
  for (let isSimpler = first !== undefined; isSimpler; ) {
    isSimpler = false;
    for (const tried of simpler(best.options)) {
      const outcome = simulate(tried);
      if (outcome.violations[0]?.invariant !== first?.invariant) continue;
      best = { options: tried, outcome };
      isSimpler = true;
      break;
    }
  }
  return best;
};
