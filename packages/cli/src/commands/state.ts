import { request } from "@dure/client/request";
import type { Command } from "commander";
import { inChannel, type PeerOptions, peerOf } from "../acting-peer.ts";
import { keepProof, type ProofOptions } from "../proof/keep-proof.ts";
import { type OutputOptions, pretty, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

type Options = PeerOptions & OutputOptions & ProofOptions & { readonly score: string };

const get = async (key: string, options: Options): Promise<void> => {
  const { score, proof, channel } = options;
  const query = new URLSearchParams({ score, key, ...(proof !== undefined && { proof: "true" }) });
  const answer = await request({ url: await peerOf(options) }, inChannel(`/api/v2/state?${query}`, channel));
  if (proof !== undefined) return keepProof(answer, proof, options);
  show(options, answer, () => pretty(answer));
};

type HistoryOptions = PeerOptions & OutputOptions & { readonly score: string; readonly before?: string };

const history = async (key: string, options: HistoryOptions): Promise<void> => {
  const { score, before, channel } = options;
  const query = new URLSearchParams({ score, key, ...(before !== undefined && { before }) });
  const url = await peerOf(options);
  const answer = await request({ url }, inChannel(`/api/v2/state/history?${query}`, channel));
  show(options, answer, () => pretty(answer));
};

/** Adds `dure state get` and `dure state history`. */
export const addState = (program: Command): void => {
  const state = program.command("state").description("look up what SCOREs have stored");
  withPeer(state.command("get <key>"))
    .description("show what stands under a key of a SCORE")
    .requiredOption("--score <name>", "the SCORE")
    .option("--proof <file>", "keep the proof of it in this file; - prints the proof alone")
    .action(get);
  withPeer(state.command("history <key>"))
    .description("show what was written to a key of a SCORE, the newest first, and by which transactions")
    .requiredOption("--score <name>", "the SCORE")
    .option("--before <version>", "only what is older than this version, height.index")
    .action(history);
};
