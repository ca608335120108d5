import type { CryptoSuite } from "@dure/crypto";
import { type Block, blockId, decodeHeader, type Hash, type Header } from "@dure/types";
import { blockTransactions, matchesHeader } from "./transactions.ts";

/**
 * Why a block cannot mend a height. `NOT_DAMAGED`: the height is readable or not in the log. `CHILD_MISSING`: its child
 * is damaged too and comes first. `WRONG_BLOCK`: not the block that its child names. `WRONG_DATA`: body or batches are
 * not those of the header.
 */
export type RepairRefusal = {
  readonly ok: false;
  readonly code: "NOT_DAMAGED" | "CHILD_MISSING" | "WRONG_BLOCK" | "WRONG_DATA";
  readonly message: string;
};

const refuse = (code: RepairRefusal["code"], message: string): RepairRefusal => ({
  ok: false,
  code,
  message,
});

/** Judges a block that another peer gave for a damaged height; undefined if it is the one that stood there. */
export const repairRefusal = (
  suite: CryptoSuite,
  offer: {
    readonly channelId: Hash;
    readonly height: number;
    readonly block: Block;
    /** The header of the block above it. */
    readonly child: Header | undefined;
    readonly isDamaged: boolean;
  },
): RepairRefusal | undefined => {
  const { channelId, height, block, child, isDamaged } = offer;
  if (!isDamaged) return refuse("NOT_DAMAGED", `height ${height} is not damaged`);
  if (child === undefined) return refuse("CHILD_MISSING", `height ${height + 1} is to be repaired first`);
  if (blockId(suite, block.headerBytes) !== child.parentId)
    return refuse("WRONG_BLOCK", `this is not the block that height ${height + 1} names as its parent`);
  const header = decodeHeader(block.headerBytes);
  if (!header.ok || header.value.height !== height || header.value.channelId !== channelId)
    return refuse("WRONG_BLOCK", `the header is not one of height ${height}`);
  const transactions = blockTransactions(suite, block);
  if (!transactions.ok) return refuse("WRONG_DATA", transactions.message);
  if (!matchesHeader(suite, header.value, transactions.value))
    return refuse("WRONG_DATA", "the transactions are not those that the header commits to");
  return undefined;
};
