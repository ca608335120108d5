/** Why a peer cannot start or go on. `code` is stable; the message says what to do. */
export class NodeError extends Error {
  override readonly name = "NodeError";
  readonly code:
    | "GENESIS_INVALID"
    | "PORT_IN_USE"
    | "IDENTITY_INVALID"
    | "HOME_DAMAGED"
    | "BLOCKS_PRUNED"
    | "SUSPENSION_MALFORMED"
    | "SUSPENSION_REFUSED"
    | "SUSPENSION_LATE"
    | "CLOSED";

  constructor(code: NodeError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
