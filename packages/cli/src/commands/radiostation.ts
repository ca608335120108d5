import type { Command } from "commander";
import { durationMs, gather, port } from "../arguments.ts";
import { emitter } from "../emit.ts";
import { CliError } from "../error.ts";
import type { StationSettings } from "../station/run-station.ts";
import { endingAfter, untilStopped } from "../until-stopped.ts";
import { type OutputOptions, show, withOutput } from "./output.ts";

type Named = OutputOptions & {
  readonly home: string;
  readonly name: string;
  readonly role: readonly string[];
};

const run = async ({
  home,
  ...rest
}: Omit<StationSettings, "home"> &
  OutputOptions & { readonly home?: string; readonly supervised?: true }): Promise<void> => {
  // Not a required option to commander, which would then ask the subcommands for it as well.
  if (home === undefined)
    throw new CliError("USAGE", "a RadioStation needs --home, the directory of its authority");
  const options = { ...rest, home };
  const stopping = untilStopped(options.supervised === true);
  const { runStation } = await import("../station/run-station.ts");
  await endingAfter(() => runStation(options, emitter(options.json === true), stopping));
};

const token = async (options: Named & { readonly ttl: number }): Promise<void> => {
  const { makeToken } = await import("../station/issue.ts");
  const made = await makeToken(options);
  show(options, made, () => made.token);
};

const client = async (
  options: Named & { readonly out: string; readonly attribute?: readonly string[] },
): Promise<void> => {
  const { makeClient } = await import("../station/issue.ts");
  const made = await makeClient(options);
  const until = new Date(made.notAfterMs).toISOString().slice(0, 10);
  show(
    options,
    made,
    () => `${made.identity}: ${made.name}, ${made.roles.join(" and ")}, valid until ${until}`,
  );
};

/** Adds `dure radiostation`, `dure radiostation token` and `dure radiostation client`. */
export const addRadiostation = (program: Command): void => {
  const station = withOutput(program.command("radiostation"))
    .description("run a RadioStation: enrolment, the directory of peers, the watch over them")
    .enablePositionalOptions()
    .passThroughOptions()
    .option("--home <dir>", "where its authority and directory live (required)")
    .option("--organisation <name>", "the organisation that it certifies for", "devnet")
    .option("--host <host>", "where to listen", "127.0.0.1")
    .option("--rest-port <port>", "port of REST", port, 9002)
    .option("--grpc-port <port>", "port of gRPC", port, 7002)
    .option("--found <file>", "a JSON file that says what channel to found")
    .option("--page <dir>", "the page to serve to browsers, or off (default: the one that comes with dure)")
    .option("--log-level <level>", "debug, info, warn, error or silent", "info")
    .option("--supervised", "end when stdin does")
    .action(run);
  withOutput(station.command("token"))
    .description("make a one-time token by which a newcomer enrols")
    .requiredOption("--home <dir>", "the RadioStation's home")
    .requiredOption("--name <name>", "a peer's id such as peer0.org, or a client's bare name")
    .requiredOption("--role <role>", "peer, client, admin or auditor; may be repeated", gather)
    .option(
      "--ttl <duration>",
      "how long it can be used, such as 15m or 7d (default: 1h)",
      durationMs,
      3_600_000,
    )
    .action(token);
  withOutput(station.command("client"))
    .description("make a client's identity directory, without a token")
    .requiredOption("--home <dir>", "the RadioStation's home")
    .requiredOption("--name <name>", "the client's name")
    .requiredOption("--role <role>", "client, admin or auditor; may be repeated", gather)
    .option("--attribute <name=value>", "what SCOREs may ask about it; may be repeated", gather)
    .requiredOption("--out <dir>", "the directory to make")
    .action(client);
};
