import { range, runSeeds } from "./campaign.ts";
import { type Command, parseCommand, replayText, USAGE, UsageError } from "./command.ts";
import { type Hunt, hunting } from "./mutants.ts";
import type { Outcome } from "./run.ts";

/** Broken histories of which the details are shown. */
const SHOWN_MAX = 10;

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const describe = (command: Command, { seed, violations, stats, lines }: Outcome): void => {
  if (command.showsTranscript) for (const line of lines) print(line);
  for (const { invariant, detail, atMs } of violations)
    print(`seed ${seed}: ${invariant}: ${detail} (at ${atMs.toFixed(3)} ms, view ${stats.views})`);
  if (violations.length > 0) print(`  replay: ${replayText(command, seed)}`);
};

const run = (command: Command): number => {
  const { validators, spinInterval, views, mutant, byzantine, isJson, showsTranscript } = command;
  const startedMs = performance.now();
  const broken: { seed: number; violations: Outcome["violations"] }[] = [];
  const hunted: Partial<Hunt> = mutant === undefined ? {} : hunting(mutant);
  const summary = runSeeds(
    range(command.from, command.seeds),
    () => ({
      ...hunted,
      validators,
      spinInterval,
      views: views ?? hunted.views,
      mutant,
      byzantine: byzantine ?? hunted.byzantine,
      keepsLines: showsTranscript,
    }),
    (outcome) => {
      const { seed, violations } = outcome;
      if (violations.length > 0) broken.push({ seed, violations });
      if (!isJson && broken.length <= SHOWN_MAX && (violations.length > 0 || showsTranscript))
        describe(command, outcome);
      return true;
    },
  );
  const seconds = (performance.now() - startedMs) / 1000;
  if (isJson) print(JSON.stringify({ engine: "lft", validators, mutant, ...summary, seconds, broken }));
  else {
    const { totals, seeds } = summary;
    print(
      `lft, ${validators} validators${mutant === undefined ? "" : `, mutant ${mutant}`}: ${seeds} histories`,
    );
    print(`  ${totals.views} views, ${totals.commits} blocks, ${totals.transactions} transactions`);
    print(
      `  ${totals.crashes} crashes, ${totals.messages} messages, ${(totals.ms / 1000).toFixed(0)} virtual s`,
    );
    print(`  ${seconds.toFixed(1)} s, ${(seeds / seconds).toFixed(1)} histories/s`);
    print(broken.length === 0 ? "  no invariant broke" : `  invariants broke in ${broken.length} histories`);
  }
  return broken.length > 0 === (mutant !== undefined) ? 0 : 1;
};

try {
  process.exitCode = run(parseCommand(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n${USAGE}\n`);
  process.exitCode = 2;
}
