import type { Candidate } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import type { Hash } from "@dure/types";
import type { TransactionId } from "./body.ts";
import type { Committed } from "./disk.ts";
import type { AnyMessage } from "./protocol.ts";

/** What nodes send one another. */
export type Frame =
  | {
      readonly type: "consensus";
      readonly bytes: Bytes;
      /** The bytes as read, for those who watch. */
      readonly message: AnyMessage;
      /** Data of the proposed block that travels along. */
      readonly transactions: readonly TransactionId[];
    }
  | { readonly type: "transactions"; readonly ids: readonly TransactionId[] }
  | { readonly type: "getTransactions"; readonly ids: readonly TransactionId[] }
  | { readonly type: "getBlock"; readonly blockId: Hash }
  | { readonly type: "block"; readonly candidate: Candidate }
  | { readonly type: "getBlocks"; readonly fromHeight: number }
  | { readonly type: "blocks"; readonly blocks: readonly Committed[] };
