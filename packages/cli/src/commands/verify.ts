import type { Command } from "commander";
import type { TrustOptions } from "../proof/read-trust.ts";
import { type OutputOptions, show, withOutput } from "./output.ts";

const run = async (path: string, options: TrustOptions & OutputOptions): Promise<void> => {
  // The signature library is loaded only here, so that no other command waits for it.
  const { verifyFile } = await import("../proof/verify-file.ts");
  const { object, text } = await verifyFile(path, options);
  show(options, object, text);
};

/** Adds `dure verify`. */
export const addVerify = (program: Command): void => {
  withOutput(program.command("verify <file>"))
    .description("verify a proof without asking anyone, by the channel's genesis document; - reads stdin")
    .option("--genesis <file>", "the genesis document that you trust (default: the one in the devnet's home)")
    .option("--home <dir>", "the devnet's home (default: the nearest .dure here or above)")
    .action(run);
};
