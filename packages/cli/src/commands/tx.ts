import { request, type Submitted, submit, type Until } from "@dure/client";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { parseHash } from "@dure/types";
import type { Command } from "commander";
import { jsonObject, jsonValue, oneOf } from "../arguments.ts";
import { CliError } from "../error.ts";
import { signingFor } from "../signer.ts";
import { identityOf, peerOf, type TargetOptions } from "../target.ts";
import { type OutputOptions, pretty, show } from "./output.ts";
import { withIdentity, withPeer } from "./target-options.ts";

type SendOptions = TargetOptions &
  OutputOptions & {
    readonly channel?: string;
    readonly score?: string;
    readonly until: Until;
    readonly data?: string;
  };

const describe = ({ id, status, receipt }: Submitted): string => {
  if (receipt === undefined) return `${id} ${status}`;
  const { height, index, code, message, result, events } = receipt;
  const head = `${id} ${status} in block ${height}, ${index}. in it`;
  if (code !== 0) return `${head}; refused with code ${code}: ${message}`;
  return [
    head,
    pretty(result),
    ...events.map(({ score, name, data }) => `${score} ${name} ${JSON.stringify(data)}`),
  ].join("\n");
};

const send = async (
  method: string | undefined,
  params: string | undefined,
  options: SendOptions,
): Promise<void> => {
  const { channel, score, data, until } = options;
  if ((method === undefined) === (data === undefined))
    throw new CliError("USAGE", "give either a method to call, or --data with a JSON value to record");
  const suite = createSodiumSuite();
  const parsed = jsonObject(params, "the parameters");
  const value = data === undefined ? undefined : jsonValue(data, "--data");
  const identity = await identityOf(options, suite);
  const url = await peerOf(options);
  const signing = await signingFor(url, channel, identity, suite);
  const transaction =
    method === undefined
      ? signing.data(value, score ?? "")
      : signing.call({ method, params: parsed, ...(score !== undefined && { score }) });
  const submitted = await submit({ url, timeoutMs: 40_000 }, transaction, signing.certificate, {
    until,
    ...(channel !== undefined && { channel }),
  });
  show(options, submitted, () => describe(submitted));
  if (submitted.receipt !== undefined && submitted.receipt.code !== 0) process.exitCode = 1;
  const reached = ["accepted", "final", "executed"] as const;
  if (submitted.status === "refused" || reached.indexOf(submitted.status) >= reached.indexOf(until)) return;
  throw new CliError(
    "NOT_YET",
    `${submitted.id} is ${submitted.status}, not ${until} yet: ask again with dure tx get ${submitted.id}`,
  );
};

const get = async (
  id: string,
  options: TargetOptions & OutputOptions & { channel?: string },
): Promise<void> => {
  if (parseHash(id) === undefined)
    throw new CliError("USAGE", `${id} is no transaction's id: it has 64 hexadecimal digits`);
  const query = options.channel === undefined ? "" : `?${new URLSearchParams({ channel: options.channel })}`;
  const answer = await request({ url: await peerOf(options) }, `/api/v2/transactions/${id}${query}`);
  show(options, answer, () => pretty(answer));
};

/** Adds `dure tx send` and `dure tx get`. */
export const addTx = (program: Command): void => {
  const tx = program.command("tx").description("send and look up transactions");
  withIdentity(withPeer(tx.command("send [method] [params]")))
    .description("sign a transaction, submit it and wait; params is a JSON object")
    .option("--score <name>", "the SCORE (default: the channel's)")
    .option("--data <json>", "record this JSON value, instead of calling a method")
    .option(
      "--until <stage>",
      "wait until it is accepted, final or executed",
      oneOf("accepted", "final", "executed"),
      "executed",
    )
    .action(send);
  withPeer(tx.command("get <id>")).description("show a transaction and its receipt").action(get);
};
