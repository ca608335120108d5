/**
 * Stable codes of operational failures of the ledger.
 * `FOREIGN_HOME`: the directory belongs to another channel, format or key. `DAMAGED`: what must survive is gone or
 * unreadable. `IN_USE`: another process holds the home. `UNWRITABLE`: the disk refused a write or sync; nothing that
 * was waiting for it is acknowledged, and nothing more is written until the process starts again. `CLOSED`: the
 * ledger was closed. `SNAPSHOT_NEEDED`: the state is gone, or not whole, and so are the blocks that it came of.
 */
export type LedgerErrorCode =
  | "FOREIGN_HOME"
  | "DAMAGED"
  | "IN_USE"
  | "UNWRITABLE"
  | "CLOSED"
  | "SNAPSHOT_NEEDED";

/** An operational failure of the ledger. The message says what to do. */
export class LedgerError extends Error {
  override readonly name = "LedgerError";
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The system's error code (`ENOENT`, `ENOSPC`, ...) of a failure, or undefined. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
