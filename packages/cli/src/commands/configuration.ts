import type { Command } from "commander";
import { gather } from "../arguments.ts";
import type { ChangeOptions, Reconfigured } from "../configuration/change.ts";
import { type OutputOptions, pretty, show } from "./output.ts";
import { withIdentity, withPeer } from "./target-options.ts";

type Options = ChangeOptions & OutputOptions;

/** Adds the options of a command that changes the configuration. */
export const withChange = (command: Command): Command =>
  withIdentity(withPeer(command)).option(
    "--approval <file>",
    "another organisation's approval, from dure configuration approve; may be repeated",
    gather,
  );

/** Tells what came of a change. */
export const showReconfigured = (options: OutputOptions, done: Reconfigured): void =>
  show(options, done, () => `${done.id} is final: epoch ${done.epoch} begins`);

const showCurrent = async (options: Options): Promise<void> => {
  const { currentOf } = await import("../configuration/current.ts");
  const { answer } = await currentOf(options);
  show(options, answer, () => pretty(answer));
};

const approveFile = async (path: string, options: Options): Promise<void> => {
  const { approve, readChangeFile } = await import("../configuration/change.ts");
  console.log(JSON.stringify(await approve(await readChangeFile(path), options)));
};

const submitFile = async (path: string, options: Options): Promise<void> => {
  const { readChangeFile, reconfigure } = await import("../configuration/change.ts");
  const change = await readChangeFile(path);
  showReconfigured(options, await reconfigure(() => change, options));
};

/** Adds `dure configuration show`, `dure configuration approve` and `dure configuration submit`. */
export const addConfiguration = (program: Command): void => {
  const configuration = program
    .command("configuration")
    .description("see and change who takes part in a channel, and under which rules");
  withPeer(configuration.command("show")).description("show what holds now").action(showCurrent);
  withIdentity(withPeer(configuration.command("approve <file>")))
    .description("print an administrator's approval of a change; - reads the change from stdin")
    .action(approveFile);
  withChange(configuration.command("submit <file>"))
    .description("make a change, as an administrator, with others' approvals; - reads it from stdin")
    .action(submitFile);
};
