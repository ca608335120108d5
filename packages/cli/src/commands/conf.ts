import type { Command } from "commander";
import { changeStation, readStation, type StationOptions } from "../administration/ask-station.ts";
import { type OutputOptions, pretty, show, withOutput } from "./output.ts";
import { withIdentity } from "./target-options.ts";

type Options = StationOptions & OutputOptions;
type Item = { readonly name: string; readonly value: string | number };

const PATH = "/api/v1/conf";

/** Adds the options by which a command finds the RadioStation. */
export const withStation = (command: Command): Command =>
  withOutput(command)
    .option(
      "--station <url>",
      "REST address of the RadioStation (default: the devnet's, or http://127.0.0.1:9002)",
    )
    .option("--home <dir>", "the devnet's home (default: the nearest .dure here or above)");

const lineOf = ({ name, value }: Item): string => `${name} = ${value}`;

const list = async (options: Options): Promise<void> => {
  const { data } = await readStation(options, PATH);
  show(options, data, () => (data as readonly Item[]).map(lineOf).join("\n"));
};

const get = async (name: string, options: Options): Promise<void> => {
  const { data } = await readStation(options, `${PATH}?${new URLSearchParams({ name })}`);
  show(options, data, () => lineOf(data as Item));
};

const set = async (name: string, text: string, options: Options): Promise<void> => {
  const value = text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
  const answer = await changeStation(options, PATH, { name, value });
  show(options, answer, () => (answer["message"] === "success" ? lineOf({ name, value }) : pretty(answer)));
};

/** Adds `dure conf list`, `dure conf get` and `dure conf set`. */
export const addConf = (program: Command): void => {
  const conf = program.command("conf").description("see and change a RadioStation's settings");
  withStation(conf.command("list")).description("list the settings").action(list);
  withStation(conf.command("get <name>")).description("show one setting").action(get);
  withIdentity(withStation(conf.command("set <name> <value>")))
    .description("change a setting, as an administrator")
    .action(set);
};
