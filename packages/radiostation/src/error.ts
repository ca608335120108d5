/** What may go wrong in keeping a RadioStation or in asking one. Each code says what the message says in words. */
export type RadioStationErrorCode =
  | "HOME_MISSING"
  | "HOME_LOCKED"
  | "HOME_DAMAGED"
  | "HOME_FOREIGN"
  | "PORT_IN_USE"
  | "NAME_REFUSED"
  | "UNREACHABLE"
  | "TIMEOUT"
  | "TOKEN_MALFORMED"
  | "WRONG_FINGERPRINT"
  | "NO_TOKEN"
  | "NO_IDENTITY"
  | "IDENTITY_EXPIRED"
  | "BAD_ANSWER"
  | "TOO_LARGE"
  | "TOKEN_UNKNOWN"
  | "TOKEN_USED"
  | "TOKEN_EXPIRED"
  | "REQUEST_REFUSED"
  | "BAD_REQUEST"
  | "UNAUTHENTICATED"
  | "NOT_A_PEER"
  | "KEY_CONFLICT"
  | "BAD_PROOF"
  | "NOT_REGISTERED"
  | "DIRECTORY_FULL"
  | "CHANNEL_UNKNOWN"
  | "INTERNAL";

/** An operational error with a stable code and a message that says what to do. */
export class RadioStationError extends Error {
  override readonly name = "RadioStationError";
  readonly code: RadioStationErrorCode;

  constructor(code: RadioStationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
