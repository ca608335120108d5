import type { Submitted, Until } from "@dure/client";
import { request } from "@dure/client/request";
import type { Command } from "commander";
import type { IdentityOptions } from "../acting-identity.ts";
import { inChannel, type PeerOptions, peerOf } from "../acting-peer.ts";
import { jsonObject, jsonValue, oneOf } from "../arguments.ts";
import { CliError } from "../error.ts";
import { keepProof, type ProofOptions } from "../proof/keep-proof.ts";
import { type OutputOptions, pretty, show } from "./output.ts";
import { withIdentity, withPeer } from "./target-options.ts";

type SendOptions = PeerOptions &
  IdentityOptions &
  OutputOptions & { readonly score?: string; readonly until: Until; readonly data?: string };

const describe = ({ id, status, receipt }: Submitted): string => {
  if (receipt === undefined) return `${id} ${status}`;
  const { height, index, code, message, result, events } = receipt;
  const head = `${id} ${status} in block ${height} at ${index}`;
  if (code !== 0) return `${head}; refused with code ${code}: ${message}`;
  return [
    head,
    pretty(result),
    ...events.map(({ score, name, data }) => `${score} ${name} ${JSON.stringify(data)}`),
  ].join("\n");
};

const contentOf = (method: string | undefined, params: string | undefined, data: string | undefined) => {
  if (method !== undefined && data === undefined)
    return { method, params: jsonObject(params, "the parameters") };
  if (method === undefined && data !== undefined) return { data: jsonValue(data, "--data") };
  throw new CliError("USAGE", "give either a method to call, or --data with a JSON value to record");
};

const sendOne = async (
  method: string | undefined,
  params: string | undefined,
  options: SendOptions,
): Promise<void> => {
  const content = contentOf(method, params, options.data);
  const { send } = await import("../tx/send.ts");
  const submitted = await send(content, options);
  show(options, submitted, () => describe(submitted));
  if (submitted.receipt !== undefined && submitted.receipt.code !== 0) process.exitCode = 1;
};

const get = async (id: string, options: PeerOptions & OutputOptions & ProofOptions): Promise<void> => {
  if (!/^[0-9a-f]{64}$/.test(id))
    throw new CliError("USAGE", `${id} is no transaction's id: it has 64 hexadecimal digits`);
  const { proof, channel } = options;
  const path = `/api/v2/transactions/${id}${proof === undefined ? "" : "?proof=true"}`;
  const answer = await request({ url: await peerOf(options) }, inChannel(path, channel));
  if (proof !== undefined) return keepProof(answer, proof, options);
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
    .action(sendOne);
  withPeer(tx.command("get <id>"))
    .description("show a transaction and its receipt")
    .option("--proof <file>", "keep the proof of it in this file; - prints the proof alone")
    .action(get);
};
