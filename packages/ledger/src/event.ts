/** What the ledger found or did on its own, for logs and metrics. Nothing here needs an answer. */
export type LedgerEvent =
  /** A new home was made. */
  | { readonly type: "created"; readonly directory: string }
  /**
   * The unreadable or unproven end of a file was cut off. `torn`: it looks like an append that never completed, so it
   * was never acknowledged; otherwise the disk lost what it had promised to keep, and sync fetches the blocks again.
   */
  | { readonly type: "tailCut"; readonly file: string; readonly bytes: number; readonly torn: boolean }
  /** The consensus record is missing or unreadable: this node must follow without voting. */
  | { readonly type: "journalDamaged"; readonly file: string; readonly reason: string }
  /** The journal could not be rewritten smaller: nothing more is written to it until the process starts again. */
  | { readonly type: "compactionFailed"; readonly file: string; readonly error: unknown }
  /** Committed blocks cannot be read: they are to be fetched from others and given to `repair`. */
  | { readonly type: "blocksDamaged"; readonly fromHeight: number; readonly toHeight: number }
  | { readonly type: "blockRepaired"; readonly height: number }
  /** A file that holds nothing readable was set aside under another name. */
  | { readonly type: "setAside"; readonly file: string }
  /** State and indexes were dropped: every height is executed again from the log. */
  | { readonly type: "stateDropped"; readonly reason: string };

export type OnEvent = (event: LedgerEvent) => void;
