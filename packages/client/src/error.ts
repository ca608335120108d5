/** What went wrong between a client and a peer. `code` is stable; a peer's own codes pass through unchanged. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: string;
  /** The HTTP status, where a peer answered. */
  readonly status: number | undefined;

  constructor(
    code: string,
    message: string,
    options: { readonly status?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}
