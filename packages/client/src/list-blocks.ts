import { blockId, decodeHeader, fromBase64, type Header } from "@dure/types";
import { type AskOptions, ask, pathOf, withAnyPeer } from "./any-peer.ts";
import type { Client, Peer } from "./client.ts";
import { type BlockSummary, summaryOf } from "./get-block.ts";
import type { Answer } from "./request.ts";
import { lied, verified } from "./verified.ts";

export type ListOptions = AskOptions & {
  /** The height to begin with; the head unless given, or 1 where the order is `asc`. */
  readonly from?: number;
  /** 1 to 100; 20 unless given. */
  readonly limit?: number;
  /** Downwards unless `asc`. */
  readonly order?: "desc" | "asc";
};

/** Blocks in order, each the neighbour of the one before, and where the next page begins. */
export type BlockPage = { readonly blocks: readonly BlockSummary[]; readonly next: number | undefined };

const headerOf = (peer: Peer, text: unknown): { readonly bytes: Uint8Array; readonly header: Header } => {
  const bytes = typeof text === "string" ? fromBase64(text) : undefined;
  const decoded = bytes && decodeHeader(bytes);
  if (bytes === undefined || decoded?.ok !== true) throw lied(peer, "it gave a header that does not read");
  return { bytes, header: decoded.value };
};

/** The page's headers: the highest is proven, and each one below it is the parent of the one above. */
const provenPage = (client: Client, peer: Peer, answer: Answer): readonly BlockSummary[] => {
  const texts = answer["headers"];
  if (!Array.isArray(texts)) {
    if (Array.isArray(answer["blocks"]) && answer["blocks"].length === 0) return [];
    throw lied(peer, "it gave blocks without their headers");
  }
  const headers = texts.map((text) => headerOf(peer, text));
  const isRising = (headers[0]?.header.height ?? 0) < (headers.at(-1)?.header.height ?? 0);
  const downwards = isRising ? [...headers].reverse() : headers;
  let due = verified(client, peer, "block", answer["proof"]).id;
  const blocks = downwards.map(({ bytes, header }) => {
    const id = blockId(client.suite, bytes);
    if (id !== due) throw lied(peer, `its header of height ${header.height} is not that of the chain`);
    due = header.parentId;
    return summaryOf(client, { id, header });
  });
  return isRising ? blocks.reverse() : blocks;
};

/**
 * Committed blocks by pages, without their data, verified from the genesis.
 *
 * @example
 * const { blocks, next } = await listBlocks(client, { limit: 5 });
 * console.log(blocks.map(({ height }) => height), "then from", next);
 */
export const listBlocks = (client: Client, options: ListOptions = {}): Promise<BlockPage> => {
  const { from, limit = 20, order = "desc", signal } = options;
  return withAnyPeer(client, async (peer) => {
    const path = pathOf(client, "/blocks", { from, limit, order, proof: true });
    const answer = await ask(client, peer, path, { signal });
    const blocks = provenPage(client, peer, answer);
    const first = blocks[0]?.height;
    if (first !== undefined && (order === "asc" ? first !== (from ?? 1) : from !== undefined && first > from))
      throw lied(peer, "it gave another page");
    if (blocks.length > limit) throw lied(peer, "it gave more than was asked for");
    const last = blocks.at(-1)?.height ?? 0;
    const next = order === "asc" ? last + 1 : last - 1;
    return { blocks, next: blocks.length === limit && next >= 1 ? next : undefined };
  });
};
