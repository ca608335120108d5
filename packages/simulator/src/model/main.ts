import { parseArgs } from "node:util";
import { MODEL, quint, runModel } from "./quint.ts";

/** `npm run model`: the model at length. Exit code 0: it is sound, and each of its mutants is not. */

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "2000" },
    steps: { type: "string", default: "80" },
    seed: { type: "string", default: "1" },
  },
});
const options = { samples: Number(values.samples), steps: Number(values.steps), seed: Number(values.seed) };

let isAsDue = true;
const tell = (what: string, isRight: boolean, output: string): void => {
  isAsDue &&= isRight;
  process.stdout.write(`${isRight ? "as it should be" : "WRONG"}: ${what}\n${isRight ? "" : `${output}\n`}`);
};

const typed = await quint("typecheck", MODEL);
tell("the model is well-typed", typed.code === 0, typed.output);
for (const main of ["k1", "k2"]) {
  const { code, output } = await runModel(main, options);
  tell(
    `${main}: no invariant breaks in ${options.samples} runs of up to ${options.steps} steps`,
    code === 0,
    output,
  );
}
/** A broken rule shows in some run of this many at the latest, at the steps and seed that are the default. */
const MUTANT_SAMPLES = 5_000;
for (const main of ["withoutTcHighest", "withoutTimedOut", "withMixedCommits", "withoutTenureEnd"]) {
  const { code, output } = await runModel(main, { ...options, samples: MUTANT_SAMPLES, steps: 60 });
  tell(`${main}: an invariant breaks`, code === 1 && output.includes("[violation]"), output);
}
for (const main of ["withoutConsecutive", "delaysOnly"]) {
  const { code, output } = await quint("test", "--backend=typescript", `--main=${main}`, MODEL);
  tell(`${main}: the schedule of delays only ends as it must`, code === 0, output);
}
process.exitCode = isAsDue ? 0 : 1;
