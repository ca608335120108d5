import type { Command } from "commander";
import { wholeNumber } from "../arguments.ts";
import { table } from "../devnet/table.ts";
import { CliError } from "../error.ts";
import { type OutputOptions, show, withOutput } from "./output.ts";

type Options = OutputOptions & { readonly home: string; readonly peers: number; readonly portOffset: number };

const run = async ({ home, peers, portOffset, ...output }: Options): Promise<void> => {
  const { examine } = await import("../doctor/checks.ts");
  const findings = await examine({ folder: home, peers, portOffset });
  const rows = findings.map(({ check, state, found }) => [check, state, found]);
  const advice = findings.filter(({ state }) => state !== "good");
  show(output, findings, () =>
    [
      table(["check", "state", "found"], rows),
      ...advice.map((finding) => `${finding.check}: ${finding.advice}`),
    ].join("\n"),
  );
  if (findings.some(({ state }) => state === "bad"))
    throw new CliError(
      "MACHINE_UNFIT",
      "a peer does not run on this machine as it is; the lines above say why",
    );
};

/** Adds `dure doctor`. */
export const addDoctor = (program: Command): void => {
  withOutput(program.command("doctor"))
    .description("say whether this machine can run a peer and hold its contracts, and what is missing")
    .option("--home <dir>", "a folder on the disk that the peer would use", ".")
    .option("--peers <number>", "the size of the devnet whose ports are tried", wholeNumber(1, 16), 4)
    .option("--port-offset <number>", "added to all of its ports", wholeNumber(0, 60_000), 0)
    .action(run);
};
