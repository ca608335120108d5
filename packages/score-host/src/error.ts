/** Why a score host could not do what it was asked. Stable: operators and tests rely on these texts. */
export type ScoreHostErrorCode =
  | "CONTRACT_INVALID"
  | "EXECUTION_HALTED"
  | "HOST_CLOSED"
  | "QUERY_OVERLOADED"
  | "SANDBOX_START_FAILED"
  | "STATE_READ_FAILED";

/** The call that a halted execution was in, as far as it is known. */
export type HaltedCall = {
  readonly height: number;
  readonly index?: number;
  readonly txId?: string;
  readonly score?: string;
  readonly method?: string;
};

/** An operational error: the message says what happened and what the operator or author can do. */
export class ScoreHostError extends Error {
  override readonly name = "ScoreHostError";
  readonly code: ScoreHostErrorCode;
  /** With EXECUTION_HALTED alone. */
  readonly call: HaltedCall | undefined;
  /** With CONTRACT_INVALID, if it is known: the place in the author's file, `contract.ts:12:5`. */
  readonly at: string | undefined;

  constructor(
    code: ScoreHostErrorCode,
    message: string,
    options: { cause?: unknown; call?: HaltedCall; at?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.call = options.call;
    this.at = options.at;
  }
}
