import { parseArgs } from "node:util";
import { createRandom } from "../random.ts";
import { addToCorpus, readCorpus } from "./corpus.ts";
import { harass, overhear } from "./hostile-step.ts";
import { mutate } from "./mutate.ts";
import { TARGETS, type Target, tryBytes } from "./targets.ts";

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const FLOODS_PER_CHANNEL = 40;

/** A refusal without its figures: the ways in which a decoder refuses, which are few. */
const wayOf = (refusal: string): string => refusal.replace(/[0-9a-f]{8,}/g, "#").replace(/\d+/g, "#");

const fuzz = async (target: Target, untilMs: number, seed: number): Promise<number> => {
  const seeds = [...target.seeds(), ...(await readCorpus(target.name))];
  const random = createRandom(seed);
  const known = new Set<string>();
  for (const bytes of await readCorpus(target.name)) known.add(wayOf(tryBytes(target, bytes).refusal ?? ""));
  let [tried, flaws, news] = [0, 0, 0];
  while (performance.now() < untilMs) {
    const bytes = mutate(random, random.pick(seeds), seeds);
    const { flaw, refusal } = tryBytes(target, bytes);
    tried += 1;
    const way = wayOf(refusal ?? "");
    if (flaw === undefined && known.has(way)) continue;
    known.add(way);
    news += 1;
    await addToCorpus(target.name, bytes);
    if (flaw === undefined) continue;
    flaws += 1;
    print(`${target.name}: ${flaw}`);
  }
  print(`${target.name}: ${tried} inputs, ${news} new to the corpus, ${flaws} flaws`);
  return flaws;
};

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    target: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const chosen = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
if (chosen.length === 0) throw new Error(`--target is one of ${TARGETS.map(({ name }) => name).join(", ")}`);
const shareMs = (1_000 * Number(values.seconds)) / (chosen.length + (values.target === undefined ? 2 : 0));
let flaws = 0;
for (const target of chosen) flaws += await fuzz(target, performance.now() + shareMs, Number(values.seed));
if (values.target === undefined)
  for (const engine of ["lft", "ibft"] as const) {
    const untilMs = performance.now() + shareMs;
    let floods = 0;
    let overheard = overhear(engine, Number(values.seed));
    for (let seed = Number(values.seed); performance.now() < untilMs; seed++, floods++) {
      if (floods % FLOODS_PER_CHANNEL === 0) overheard = overhear(engine, seed);
      const flaw = harass(engine, overheard, seed);
      if (flaw === undefined) continue;
      flaws += 1;
      print(`${engine}, flood ${seed}: ${flaw}`);
    }
    print(`${engine}: ${floods} floods of hostile messages`);
  }
process.exitCode = flaws === 0 ? 0 : 1;
