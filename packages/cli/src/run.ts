import { CommanderError } from "commander";
import { CliError } from "./error.ts";
import { createProgram } from "./program.ts";
import { reportError } from "./report-error.ts";

/** Exit codes: all went well; something is wrong, and the message says what; the command line cannot be understood. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** Commander names the flaw; the way out is always the help of that command. */
const usageError = (error: CommanderError): { code: string; message: string } & Error =>
  Object.assign(new Error(`${error.message.replace(/^error: /, "").replace(/\.?$/, "")}; see dure --help`), {
    code: "USAGE",
  });

/**
 * Runs the command line `dure <args>` and sets this process's exit code. Never throws: an error is one sentence on
 * stderr, or with `--json` an object `{ code, message }`.
 */
export const run = async (args: readonly string[]): Promise<void> => {
  const output = { json: args.includes("--json"), verbose: args.includes("--verbose") };
  try {
    await createProgram().parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      // Help and version come as errors with status 0, and have been printed.
      if (error.exitCode === 0) return;
      if (error.code === "commander.help") {
        process.exitCode = EXIT.usage;
        return;
      }
      reportError(usageError(error), output);
      process.exitCode = EXIT.usage;
      return;
    }
    reportError(error, output);
    const isUsage = error instanceof CliError && error.code === "USAGE";
    process.exitCode = isUsage ? EXIT.usage : EXIT.failed;
  }
};
