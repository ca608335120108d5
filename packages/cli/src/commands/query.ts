import { request } from "@dure/client";
import type { Command } from "commander";
import { jsonObject } from "../arguments.ts";
import { CliError } from "../error.ts";
import { peerOf, type TargetOptions } from "../target.ts";
import { type OutputOptions, pretty, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

type Options = TargetOptions & OutputOptions & { readonly score?: string; readonly channel?: string };

const run = async (method: string, params: string | undefined, options: Options): Promise<void> => {
  const { score, channel } = options;
  const query = channel === undefined ? "" : `?${new URLSearchParams({ channel })}`;
  const body = {
    method,
    params: jsonObject(params, "the parameters"),
    ...(score !== undefined && { score }),
  };
  const answer = await request({ url: await peerOf(options) }, `/api/v2/query${query}`, {
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
