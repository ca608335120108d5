import { request } from "@dure/client/request";
import type { Command } from "commander";
import { inChannel, type PeerOptions, peerOf } from "../acting-peer.ts";
import { jsonObject } from "../arguments.ts";
import { CliError } from "../error.ts";
import { type OutputOptions, pretty, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

type Options = PeerOptions & OutputOptions & { readonly score?: string };

const run = async (method: string, params: string | undefined, options: Options): Promise<void> => {
  const { score, channel } = options;
  const body = {
    method,
    params: jsonObject(params, "the parameters"),
    ...(score !== undefined && { score }),
  };
  const answer = await request({ url: await peerOf(options) }, inChannel("/api/v2/query", channel), {
    bytes: JSON.stringify(body),
    contentType: "application/json",
  });
  const { code, message, result } = answer;
  if (code !== 0)
    throw new CliError("QUERY_REFUSED", `the SCORE refused with code ${String(code)}: ${String(message)}`);
  show(options, answer, () => pretty(result));
};

/** Adds `dure query`. */
export const addQuery = (program: Command): void => {
  withPeer(program.command("query <method> [params]"))
    .description("ask a SCORE about the state; params is a JSON object")
    .option("--score <name>", "the SCORE (default: the channel's)")
    .action(run);
};
