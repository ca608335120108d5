/** The network cannot do what its operator configured. The message says what to do. */
export class NetworkError extends Error {
  override readonly name = "NetworkError";
  readonly code: "PORT_IN_USE" | "LISTEN_FAILED" | "IDENTITY_INVALID";

  constructor(code: NetworkError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
