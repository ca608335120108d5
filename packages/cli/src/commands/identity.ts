import { createSodiumSuite } from "@dure/crypto/sodium";
import { certificateId } from "@dure/types";
import type { Command } from "commander";
import { identityOf, type TargetOptions } from "../target.ts";
import { type OutputOptions, show, withOutput } from "./output.ts";
import { withIdentity } from "./target-options.ts";

const run = async (options: TargetOptions & OutputOptions): Promise<void> => {
  const suite = createSodiumSuite();
  const { certificate } = await identityOf(options, suite);
  const { commonName, organisation, roles, notAfterMs, serial } = certificate;
  const id = certificateId(suite, certificate.der);
  show(options, { id, commonName, organisation, roles, serial, notAfterMs }, () =>
    [
      `id            ${id}`,
      `name          ${commonName}`,
      `organisation  ${organisation}`,
      `roles         ${roles.join(", ")}`,
      `valid until   ${new Date(notAfterMs).toISOString()}`,
    ].join("\n"),
  );
};

/** Adds `dure identity`. */
export const addIdentity = (program: Command): void => {
  withIdentity(withOutput(program.command("identity")))
    .description("show whom an identity names, and the id under which SCOREs know it")
    .option("--home <dir>", "the devnet's home (default: the nearest .dure here or above)")
    .action(run);
};
