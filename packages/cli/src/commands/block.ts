import { request } from "@dure/client";
import type { Command } from "commander";
import { peerOf, type TargetOptions } from "../target.ts";
import { type OutputOptions, pretty, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

const run = async (
  which: string,
  options: TargetOptions & OutputOptions & { readonly channel?: string },
): Promise<void> => {
  const query = options.channel === undefined ? "" : `?${new URLSearchParams({ channel: options.channel })}`;
  const path = `/api/v2/blocks/${encodeURIComponent(which)}${query}`;
  const block = await request({ url: await peerOf(options) }, path);
  show(options, block, () => pretty(block));
};

/** Adds `dure block`. */
export const addBlock = (program: Command): void => {
  withPeer(program.command("block").argument("[which]", "a height, a hash or 'last'", "last"))
    .description("show a block: by height, by hash, or the last one")
    .action(run);
};
