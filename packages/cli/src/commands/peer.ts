import type { Command } from "commander";
import { gather, port, wholeNumber } from "../arguments.ts";
import { emitter } from "../emit.ts";
import { firstLine } from "../first-line.ts";
import { type GivenSettings, readConfigFile, settle } from "../peer/settings.ts";
import { reportError } from "../report-error.ts";
import { endingAfter, untilStopped } from "../until-stopped.ts";
import { type OutputOptions, show, withOutput } from "./output.ts";

type Options = Omit<GivenSettings, "pageOrigins" | "suspensions"> &
  OutputOptions & {
    readonly config?: string;
    readonly supervised?: true;
    readonly pageOrigin?: readonly string[];
    readonly suspension?: readonly string[];
  };

const run = async (options: Options): Promise<void> => {
  const { config, supervised, json, verbose, pageOrigin, suspension, ...given } = options;
  const stopping = untilStopped(supervised === true);
  const line = given.token === "-" ? firstLine(process.stdin, stopping) : undefined;
  const file = config === undefined ? {} : await readConfigFile(config);
  const chosen = {
    ...given,
    pageOrigins: pageOrigin,
    suspensions: suspension,
    token: given.token ?? process.env["DURE_TOKEN"],
  };
  const settings = settle(chosen, file);
  const { runPeer } = await import("../peer/run-peer.ts");
  const token = line === undefined ? settings.token : await line;
  if (stopping.aborted) return;
  const onFailed = (error: unknown): void => {
    // What was promised is on disk, and what is in memory cannot be trusted: nothing is closed in good order.
    reportError(error, { json: json === true, verbose: true });
    process.exit(1);
  };
  const told = { ...settings, ...(token !== undefined && { token }) };
  await endingAfter(() => runPeer(told, emitter(json === true), stopping, onFailed));
};

type KeyOptions = OutputOptions & { readonly home: string };

const key = async (options: KeyOptions): Promise<void> => {
  const { showKey } = await import("../peer/show-key.ts");
  const publicKey = await showKey(options.home);
  show(options, { publicKey }, () => publicKey);
};

const rekey = async (options: KeyOptions): Promise<void> => {
  const keys = await import("../peer/show-key.ts");
  const publicKey = await keys.rekey(options.home);
  show(
    options,
    { publicKey },
    () =>
      `${publicKey}\nStart the peer, then have it named: dure validator set <id> --public-key ${publicKey}`,
  );
};

/** Adds `dure peer`, `dure peer key` and `dure peer rekey`. */
export const addPeer = (program: Command): void => {
  const peer = withOutput(program.command("peer"))
    .description("run a peer")
    .enablePositionalOptions()
    .passThroughOptions()
    .option("--home <dir>", "where its identity, keys and channels live")
    .option("--name <id>", "its peer id, <name>.<organisation>")
    .option("--radiostation <host:port>", "gRPC of the RadioStation that enrols it and knows the others")
    .option(
      "--token <token>",
      "one-time token for enrolment; - reads it from stdin, and DURE_TOKEN may hold it too",
    )
    .option("--certificate <file>", "its certificate, if it was carried by hand; with --key and --root")
    .option("--key <file>", "the key of that certificate")
    .option("--root <file>", "the root that issued it")
    .option("--genesis <file>", "the channel's genesis document, if it was carried by hand")
    .option("--channel <name>", "the channel to take part in (default: devnet)")
    .option("--grpc-host <host>", "where to listen for peers (default: 127.0.0.1)")
    .option("--grpc-port <port>", "port for peers (default: 7100)", port)
    .option("--rest-host <host>", "where to listen for clients (default: 127.0.0.1)")
    .option("--rest-port <port>", "port for clients (default: 9000)", port)
    .option("--public-host <host>", "the name or address by which others reach it (default: --grpc-host)")
    .option("--page <dir>", "the page to serve to browsers, or off (default: the one that comes with dure)")
    .option(
      "--page-origin <origin>",
      "a page of this origin may have the peer sign by REST v1; may be repeated",
      gather,
    )
    .option(
      "--rest-rate <n>",
      "requests that one address may make in a second (default: 5000)",
      wholeNumber(1, 1_000_000),
    )
    .option(
      "--verify-workers <n>",
      "threads that verify signatures (default: as many as cores, less one, at most 8)",
      wholeNumber(1, 64),
    )
    .option(
      "--keep-blocks <n>",
      "keep at least so many of the newest blocks, and let older ones go (default: keep all)",
      wholeNumber(1, 1_000_000_000),
    )
    .option("--snapshot", "begin a new peer with a snapshot of the state, where others offer one")
    .option(
      "--suspension <file>",
      "a suspension of a SCORE, from dure score suspend, kept in the home from then on; may be repeated",
      gather,
    )
    .option("--config <file>", "a JSON file with these settings in camelCase; options win over it")
    .option("--log-level <level>", "debug, info, warn, error or silent (default: info)")
    .option("--supervised", "end when stdin does")
    .action(run);
  withOutput(peer.command("key"))
    .description("print the public consensus key of a peer that is stopped")
    .requiredOption("--home <dir>", "the peer's home")
    .action(key);
  withOutput(peer.command("rekey"))
    .description("give a stopped peer another consensus key, because its record was lost or its key is old")
    .requiredOption("--home <dir>", "the peer's home")
    .action(rekey);
};
