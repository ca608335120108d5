import type { Command } from "commander";
import { wholeNumber } from "../arguments.ts";
import { writeAtomically } from "../atomic-file.ts";
import { CliError } from "../error.ts";
import type { Approved, SuspendOptions } from "../score/suspend.ts";
import { type OutputOptions, show } from "./output.ts";
import { withIdentity, withPeer } from "./target-options.ts";

/** The way out where a SCORE halts execution on every peer (specs/score-store.md). */

type Options = SuspendOptions &
  OutputOptions & {
    readonly height?: number;
    readonly reason?: string;
    readonly output?: string;
    readonly approve?: string;
  };

const describe = ({ score, height, reason, approvedBy, needed }: Approved, file: string): string => {
  const next =
    needed === 0
      ? `That is enough: start every peer with --suspension ${file}`
      : `${needed} more of the channel's organisations must approve: dure score suspend --approve ${file}`;
  return [
    `${score} is suspended from block ${height} on: ${reason}`,
    `  approved by  ${approvedBy.join(", ")}`,
    `  file         ${file}`,
    next,
  ].join("\n");
};

const put = async (approved: Approved, file: string, options: Options): Promise<void> => {
  const { text, ...facts } = approved;
  if (file === "-") {
    process.stdout.write(text);
    return;
  }
  await writeAtomically(file, text);
  show(options, { ...facts, file }, () => describe(approved, file));
};

const run = async (name: string | undefined, options: Options): Promise<void> => {
  const { height, reason, approve, output } = options;
  const { approveSuspension, suspend } = await import("../score/suspend.ts");
  if (approve !== undefined) {
    if (name !== undefined || height !== undefined || reason !== undefined)
      throw new CliError("USAGE", "--approve takes a suspension as its file says it: give nothing else");
    return put(await approveSuspension(approve, options), output ?? approve, options);
  }
  if (name === undefined || height === undefined || reason === undefined)
    throw new CliError(
      "USAGE",
      "give a SCORE's name, --height and --reason for a new suspension, or --approve with the file of one",
    );
  const approved = await suspend(name, height, reason, options);
  await put(approved, output ?? `suspension-${name}-${height}.json`, options);
};

/** Adds `dure score suspend`. */
export const addScoreSuspend = (score: Command): void => {
  withIdentity(withPeer(score.command("suspend [name]")))
    .description("have a SCORE that halts execution answered for and not run, as an administrator")
    .option(
      "--height <n>",
      "the first block in which it is not run: the one at which execution halts",
      wholeNumber(1, Number.MAX_SAFE_INTEGER),
    )
    .option("--reason <text>", "why, in one line")
    .option("--approve <file>", "approve a suspension for one's own organisation; - reads it from stdin")
    .option(
      "-o, --output <file>",
      "where to; - prints it (default: suspension-<name>-<height>.json, or the file that was approved)",
    )
    .action(run);
};
