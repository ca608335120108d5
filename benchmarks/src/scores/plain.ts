/**
 * The same contract's text in this process, called as any function is: what a call of it costs without a sandbox.
 *
 * Counted: parsing the parameters, the context with the SDK's state over a map of JSON texts, the method, the canonical
 * JSON of what it writes, emits and returns, and entering its writes. Not there: another process, a fresh evaluation of
 * the module for each call, the locked-down realm with its own natives, the meter, and the checks of keys and sizes.
 */
import { type Contract, decodeJson, encodeJson, type StateAccess, stateOver } from "@dure/score";
import type { Call, ScoreSource } from "@dure/score-host";
import { ownCpuSeconds } from "./process.ts";
import { mediansOf, type Rounds } from "./rounds.ts";

/** Evaluates a SCORE's text once, with the globals of this process. */
const evaluate = ({ source }: ScoreSource): Contract => {
  const module: { exports: { default?: Contract } } = { exports: {} };
  new Function("module", "exports", source)(module, module.exports);
  return module.exports.default as Contract;
};

/** What one call costs of a processor's time, in µs. */
export const measurePlain = (
  score: ScoreSource,
  values: Map<string, string>,
  next: (count: number) => readonly Call[],
  { count, ms }: Rounds,
): number => {
  const contract = evaluate(score);
  let outputs = 0;
  const call = ({ method, params, sender, txId, index }: Call): void => {
    const writes = new Map<string, string | undefined>();
    const events: string[] = [];
    const prefix = `${score.name}\0`;
    const find = (key: string): string | undefined =>
      writes.has(prefix + key) ? writes.get(prefix + key) : values.get(prefix + key);
    const access: StateAccess = {
      get(key) {
        const text = find(key);
        return text === undefined ? undefined : JSON.parse(text);
      },
      has: (key) => find(key) !== undefined,
      set: (key, value) => void writes.set(prefix + key, encodeJson(value)),
      delete: (key) => void writes.set(prefix + key, undefined),
    };
    const context = {
      state: stateOver(access),
      sender,
      block: { height: 1, timestampMs: 0 },
      transaction: { id: txId, index },
      emit: (name: string, data: unknown) => void events.push(name + encodeJson(data)),
    };
    const run = contract.invoke[method] as unknown as (ctx: unknown, params: unknown) => unknown;
    const result = encodeJson(run(context, decodeJson(params)));
    for (const [key, value] of writes) if (value !== undefined) values.set(key, value);
    outputs += result.length + events.length;
  };
  const BATCH = 1_000;
  const round = (): { readonly us: number } => {
    let spentS = 0;
    let calls = 0;
    for (; spentS * 1_000 < ms; calls += BATCH) {
      const made = next(BATCH);
      const sinceS = ownCpuSeconds();
      for (const each of made) call(each);
      spentS += ownCpuSeconds() - sinceS;
    }
    return { us: (spentS * 1e6) / calls };
  };
  round();
  const { us } = mediansOf(Array.from({ length: count }, round));
  if (outputs === 0) throw new Error("the calls put out nothing");
  return us;
};
