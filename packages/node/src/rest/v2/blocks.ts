import { encodeHeader, type Hash, type Receipt, type Transaction, toBase64 } from "@dure/types";
import type { BlockView, ChannelView, HeaderView } from "../../channel/view.ts";
import { choice, flag, heightParameter, type Which, which, whole } from "../parameter.ts";
import { Refusal } from "../refusal.ts";
import { route } from "../route.ts";
import { Block, BlockPage, TransactionPage } from "../shape.ts";
import { limit, waitMs } from "./limits.ts";
import { blockSummary, receiptObject, transactionObject } from "./objects.ts";

const pruned = (channel: ChannelView, height: number): Refusal =>
  new Refusal(
    "BLOCK_PRUNED",
    `block ${height} is not kept here: this peer's blocks begin above height ${channel.baseHeight()}; ask a peer that keeps all`,
  );

const isPruned = (channel: ChannelView, height: unknown): height is number =>
  typeof height === "number" && height >= 1 && height <= channel.baseHeight();

const blockOf = async (channel: ChannelView, name: Which): Promise<BlockView> => {
  if (isPruned(channel, name)) throw pruned(channel, name);
  const block = await channel.block(name);
  if (block === undefined) throw new Refusal("BLOCK_UNKNOWN", `this peer holds no block ${name}`);
  return block;
};

/** Headers from a height on, in one direction, as far as this peer holds them. */
const headersFrom = async (
  channel: ChannelView,
  from: number,
  step: 1 | -1,
  count: number,
): Promise<readonly HeaderView[]> => {
  const found: HeaderView[] = [];
  const least = channel.baseHeight() + 1;
  for (
    let height = from;
    found.length < count && height >= least && height <= channel.height();
    height += step
  ) {
    const header = await channel.header(height);
    if (header === undefined)
      throw new Refusal(
        "BLOCK_UNKNOWN",
        `block ${height} is damaged on this peer's disk and being fetched again`,
      );
    found.push(header);
  }
  return found;
};

export const listBlocks = route({
  method: "GET",
  path: "/blocks",
  summary: "Committed blocks by pages, without their data; the newest first unless asked otherwise.",
  query: {
    from: heightParameter("height of the first block of the page; by default the head, or 1 upwards"),
    limit,
    order: choice("downwards or upwards", ["desc", "asc"]),
    proof: flag("whether to add the headers' bytes, and a proof of the highest, to which they lead"),
  },
  answer: BlockPage,
  codes: ["BLOCK_UNKNOWN", "BLOCK_PRUNED", "PROOF_NOT_READY"],
  handle: async ({ channel, query }) => {
    const height = channel.height();
    const step = query.order === "desc" ? -1 : 1;
    const from =
      step === 1
        ? Math.max(query.from ?? channel.baseHeight() + 1, 1)
        : Math.min(query.from ?? height, height);
    if (isPruned(channel, from)) throw pruned(channel, from);
    const headers = await headersFrom(channel, from, step, query.limit);
    const next = from + step * headers.length;
    const highest = Math.max(0, ...headers.map(({ header }) => header.height));
    const proof =
      query.proof && highest > 0 ? await channel.proofs.block(highest, { full: false }, 0) : undefined;
    return {
      ...(proof !== undefined && {
        headers: headers.map(({ header }) => toBase64(encodeHeader(header))),
        proof,
      }),
      blocks: headers.map(blockSummary),
      next: headers.length === query.limit && next > channel.baseHeight() && next <= height ? next : null,
      height,
    };
  },
});

export const getBlock = route({
  method: "GET",
  path: "/blocks/{which}",
  summary: "A committed block with the ids of its transactions, and its proof if asked.",
  pathParameters: { which },
  query: {
    proof: flag("whether to add a proof that the block is committed"),
    full: flag("whether the proof holds the block's transactions and receipts too"),
    waitMs,
  },
  answer: Block,
  codes: ["BLOCK_UNKNOWN", "BLOCK_PRUNED", "PROOF_NOT_READY", "TOO_MANY_WAITING"],
  handle: async ({ channel, path, query }) => {
    const block = await blockOf(channel, path.which);
    const { height } = block.header;
    const proof =
      query.proof || query.full
        ? await channel.proofs.block(height, { full: query.full }, query.waitMs)
        : undefined;
    return {
      ...blockSummary(block),
      transactions: block.transactions.map(({ id }): Hash => id),
      ...(proof !== undefined && { proof }),
    };
  },
});

const item = (height: number, index: number, transaction: Transaction, receipt: Receipt | undefined) => ({
  id: transaction.id,
  status: receipt === undefined ? "final" : "executed",
  height,
  index,
  ...transactionObject(transaction),
  ...(receipt !== undefined && { receipt: receiptObject(receipt) }),
});

export const listTransactions = route({
  method: "GET",
  path: "/blocks/{which}/transactions",
  summary: "A block's transactions by pages, in their order, with their receipts once executed.",
  pathParameters: { which },
  query: {
    from: whole("index of the first one of the page", { min: 0, max: 1_000_000, otherwise: 0 }),
    limit,
  },
  answer: TransactionPage,
  codes: ["BLOCK_UNKNOWN", "BLOCK_PRUNED"],
  handle: async ({ channel, path, query }) => {
    const { header, transactions } = await blockOf(channel, path.which);
    const { from, limit: count } = query;
    const receipts = channel.executed(header.height)?.receipts;
    const next = from + count;
    return {
      transactions: transactions
        .slice(from, next)
        .map((transaction, at) => item(header.height, from + at, transaction, receipts?.[from + at])),
      next: next < transactions.length ? next : null,
    };
  },
});
