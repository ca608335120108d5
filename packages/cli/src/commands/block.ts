import { request } from "@dure/client/request";
import type { Command } from "commander";
import { inChannel, type PeerOptions, peerOf } from "../acting-peer.ts";
import { type OutputOptions, pretty, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

const run = async (which: string, options: PeerOptions & OutputOptions): Promise<void> => {
  const path = inChannel(`/api/v2/blocks/${encodeURIComponent(which)}`, options.channel);
  const block = await request({ url: await peerOf(options) }, path);
  show(options, block, () => pretty(block));
};

/** Adds `dure block`. */
export const addBlock = (program: Command): void => {
  withPeer(program.command("block").argument("[which]", "a height, a hash or 'last'", "last"))
    .description("show a block: by height, by hash, or the last one")
    .action(run);
};
