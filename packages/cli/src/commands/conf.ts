import type { Command } from "commander";
import { type Setting, settingsIn } from "../station/answers.ts";
import type { StationOptions } from "../station/ask-station.ts";
import { type OutputOptions, show, withOutput } from "./output.ts";
import { withIdentity } from "./target-options.ts";

type Options = StationOptions & OutputOptions;

const PATH = "/api/v1/conf";

/** Adds the options by which a command finds the RadioStation. */
export const withStation = (command: Command): Command =>
  withOutput(command)
    .option(
      "--radiostation-rest <url>",
      "REST address of the RadioStation (default: the devnet's, or http://127.0.0.1:9002)",
    )
    .option("--home <dir>", "the devnet's home (default: the nearest .dure here or above)");

const lineOf = ({ name, value }: Setting): string => `${name} = ${value}`;

const read = async (path: string, options: Options): Promise<void> => {
  const { readStation } = await import("../station/ask-station.ts");
  const { data } = await readStation(options, path);
  const settings = settingsIn(data);
  show(options, data, () => settings.map(lineOf).join("\n"));
};

const list = (options: Options): Promise<void> => read(PATH, options);

const get = (name: string, options: Options): Promise<void> =>
  read(`${PATH}?${new URLSearchParams({ name })}`, options);

const set = async (name: string, text: string, options: Options): Promise<void> => {
  const { changeStation } = await import("../station/ask-station.ts");
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  const answer = await changeStation(options, PATH, { name, value });
  show(options, answer, () => lineOf({ name, value }));
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
