import type { Command } from "commander";
import { wholeNumber } from "../arguments.ts";
import type { ChangeOptions } from "../configuration/change.ts";
import type { Current, ValidatorAnswer } from "../configuration/current.ts";
import { CliError } from "../error.ts";
import { showReconfigured, withChange } from "./configuration.ts";
import { type OutputOptions, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

type Options = ChangeOptions & OutputOptions;
type SetOptions = Options & {
  readonly publicKey?: string;
  readonly weight?: number;
  readonly group?: string;
};

const list = async (options: Options): Promise<void> => {
  const { currentOf } = await import("../configuration/current.ts");
  const { validators } = await currentOf(options);
  const lineOf = ({ id, publicKey, weight, group }: ValidatorAnswer): string =>
    [id, publicKey, `weight ${weight}`, ...(group === undefined ? [] : [`group ${group}`])].join("  ");
  show(options, validators, () => validators.map(lineOf).join("\n"));
};

const change = async (
  given: (current: Current) => Readonly<Record<string, unknown>>,
  options: Options,
): Promise<void> => {
  const { reconfigure } = await import("../configuration/change.ts");
  showReconfigured(options, await reconfigure((current) => ({ validators: given(current) }), options));
};

const entry = (id: string, { publicKey, weight, group }: SetOptions, known?: ValidatorAnswer) => ({
  id,
  publicKey: publicKey ?? known?.publicKey,
  weight: weight ?? known?.weight ?? 1,
  ...((group ?? known?.group) === undefined ? {} : { group: group ?? known?.group }),
});

const add = (id: string, options: SetOptions): Promise<void> =>
  change(({ validators }) => {
    if (validators.some((known) => known.id === id))
      throw new CliError("CHANGE_REFUSED", `${id} is a validator already: change it with dure validator set`);
    return { set: [entry(id, options)] };
  }, options);

const set = (id: string, options: SetOptions): Promise<void> =>
  change(({ validators }) => {
    const known = validators.find((validator) => validator.id === id);
    if (known === undefined)
      throw new CliError("CHANGE_REFUSED", `${id} is no validator: add it with dure validator add`);
    return { set: [entry(id, options, known)] };
  }, options);

const remove = (id: string, options: Options): Promise<void> => change(() => ({ remove: [id] }), options);

const withEntry = (command: Command, publicKey: string): Command =>
  withChange(command)
    .option("--weight <n>", "its weight (default: 1, or as it was)", wholeNumber(1, 1_000_000))
    .option("--group <name>", "the group that it votes in, where the channel has groups")
    [command.name() === "add" ? "requiredOption" : "option"](
      publicKey,
      "its consensus key, as dure peer key prints it",
    );

/** Adds `dure validator list`, `add`, `set` and `remove`. */
export const addValidator = (program: Command): void => {
  const validator = program.command("validator").description("see and change who validates in a channel");
  withPeer(validator.command("list")).description("list the validators").action(list);
  withEntry(validator.command("add <id>"), "--public-key <hex>")
    .description("make a peer a validator, as an administrator")
    .action(add);
  withEntry(validator.command("set <id>"), "--public-key <hex>")
    .description("change a validator's key, weight or group, as an administrator")
    .action(set);
  withChange(validator.command("remove <id>"))
    .description("let a validator go, as an administrator")
    .action(remove);
};
