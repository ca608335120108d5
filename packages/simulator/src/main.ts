import { availableParallelism } from "node:os";
import { medianOf, type Summary } from "./campaign.ts";
import { runCampaign } from "./campaign-threads.ts";
import type { BrokenSeed } from "./campaign-worker.ts";
import { type Command, parseCommand, replayText, USAGE, UsageError } from "./command.ts";
import { type Hunt, hunting } from "./mutants.ts";
import { type SimulateOptions, simulate } from "./run.ts";
import { shrink } from "./shrink.ts";

/** Broken histories of which the details are shown. */
const SHOWN_MAX = 10;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const optionsOf = (command: Command): Omit<SimulateOptions, "seed"> => {
  const { engine, validators, spinInterval, views, mutant, byzantine, wan, weather } = command;
  const hunted: Partial<Hunt> = mutant === undefined ? {} : hunting(mutant);
  return {
    engine,
    validators,
    spinInterval,
    views: views ?? hunted.views,
    mutant,
    byzantine: byzantine ?? hunted.byzantine,
    wan,
    weather: { ...hunted.weather, ...weather },
  };
};

const tell = (command: Command, { seed, violations, stats }: BrokenSeed): void => {
  for (const { invariant, detail, atMs } of violations)
    print(`seed ${seed}: ${invariant}: ${detail} (at ${atMs.toFixed(3)} ms, view ${stats.views})`);
  print(`  replay: ${replayText(command, seed)}`);
};

/** The first broken history again, with as few faults as it needs. */
const tellShrunk = (command: Command, { seed }: BrokenSeed): void => {
  const options = { ...optionsOf(command), seed };
  const { options: least, outcome } = shrink(options, simulate(options));
  const { byzantine, views, weather = {} } = least;
  print(`  shrunk: seed ${seed}: ${outcome.violations[0]?.detail ?? ""}`);
  print(`  replay: ${replayText({ ...command, byzantine, views, weather }, seed)}`);
};

/** One history, told as it happened. */
const tellHistory = (command: Command, seed: number): BrokenSeed => {
  const outcome = simulate({ ...optionsOf(command), seed, keepsLines: true });
  for (const line of outcome.lines) print(line);
  return outcome;
};

const tellSummary = ({ engine, validators, mutant }: Command, summary: Summary, seconds: number): void => {
  const { totals, seeds, coverage, spread } = summary;
  print(
    `${engine}, ${validators} validators${mutant === undefined ? "" : `, mutant ${mutant}`}: ${seeds} histories`,
  );
  print(`  ${totals.views} views, ${totals.commits} blocks, ${totals.transactions} transactions`);
  print(
    `  median of a history: ${medianOf(spread.views)} views, ${medianOf(spread.commits)} blocks, ${medianOf(spread.faults)} faults`,
  );
  print(
    `  ${totals.crashes} crashes, ${totals.messages} messages, ${(totals.ms / 1000).toFixed(0)} virtual s`,
  );
  print(`  ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(1)} histories/s`);
  for (const [name, count] of Object.entries(coverage).sort(([a], [b]) => (a < b ? -1 : 1)))
    print(`    ${name}: ${count}`);
};

const run = async (command: Command): Promise<number> => {
  const { engine, validators, mutant, isJson, showsTranscript, from, seeds } = command;
  const startedMs = performance.now();
  if (showsTranscript && !isJson)
    for (let seed = from; seed < from + seeds; seed++) tellHistory(command, seed);
  const jobs = showsTranscript ? 1 : (command.jobs ?? availableParallelism());
  const { summary, broken } = await runCampaign({ from, seeds, options: optionsOf(command) }, jobs);
  const seconds = (performance.now() - startedMs) / 1000;
  if (isJson) print(JSON.stringify({ engine, validators, mutant, ...summary, seconds, broken }));
  else {
    for (const seed of broken.slice(0, SHOWN_MAX)) tell(command, seed);
    tellSummary(command, summary, seconds);
    const [first] = broken;
    if (first !== undefined && mutant === undefined && !showsTranscript) tellShrunk(command, first);
    print(broken.length === 0 ? "  no invariant broke" : `  invariants broke in ${broken.length} histories`);
  }
  return broken.length > 0 === (mutant !== undefined) ? 0 : 1;
};

// Who reads the first lines and leaves (`| head`) has seen enough: that is no failure of a campaign.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  process.exitCode = await run(parseCommand(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n${USAGE}\n`);
  process.exitCode = 2;
}
