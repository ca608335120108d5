import type { Command } from "commander";
import type { IdentityOptions } from "../acting-identity.ts";
import { type OutputOptions, show, withOutput } from "./output.ts";
import { withIdentity } from "./target-options.ts";

const run = async (options: IdentityOptions & OutputOptions): Promise<void> => {
  const { describeIdentity } = await import("../describe-identity.ts");
  const described = await describeIdentity(options);
  show(options, described, () =>
    [
      `holder        ${described.holder}`,
      `sender id     ${described.id}`,
      `roles         ${described.roles.join(", ")}`,
      ...Object.entries(described.attributes).map(([name, value]) => `attribute     ${name} = ${value}`),
      `serial        ${described.serial}`,
      `valid until   ${new Date(described.notAfterMs).toISOString()}`,
    ].join("\n"),
  );
};

/** Adds `dure identity`. */
export const addIdentity = (program: Command): void => {
  withIdentity(withOutput(program.command("identity")))
    .description("show whom an identity names, and how SCOREs know it")
    .option("--home <dir>", "the devnet's home (default: the nearest .dure here or above)")
    .action(run);
};
