/** The codes of refusals and their HTTP status: the one table, which docs/errors.md shows (a test holds it there). */
export const HTTP_STATUS: Readonly<Record<string, number>> = {
  REQUEST_MALFORMED: 400,
  TX_MALFORMED: 400,
  PAYLOAD_MALFORMED: 400,
  CERTIFICATE_MALFORMED: 400,
  TX_WRONG_CHANNEL: 400,
  TX_TOO_LARGE: 413,
  REQUEST_TOO_LARGE: 413,
  SIGNATURE_INVALID: 401,
  IDENTITY_UNKNOWN: 401,
  IDENTITY_UNKNOWN_ORGANISATION: 401,
  IDENTITY_NOT_ISSUED: 401,
  IDENTITY_EXPIRED: 401,
  IDENTITY_NOT_YET_VALID: 401,
  IDENTITY_REVOKED: 401,
  IDENTITY_IS_CA: 401,
  ROLE_NOT_ALLOWED: 403,
  PEER_SUBMITS_OFF: 403,
  ORIGIN_REFUSED: 403,
  NOT_FOUND: 404,
  CHANNEL_UNKNOWN: 404,
  TX_UNKNOWN: 404,
  BLOCK_UNKNOWN: 404,
  SCORE_UNKNOWN: 404,
  BLOCK_PRUNED: 410,
  TX_EXPIRED: 409,
  TX_EXPIRY_TOO_FAR: 400,
  PROOF_NOT_READY: 409,
  TX_DUPLICATE: 409,
  TX_REPLAYED: 409,
  RATE_EXCEEDED: 429,
  POOL_FULL: 429,
  QUOTA_EXCEEDED: 429,
  TOO_MANY_WAITING: 429,
  QUERY_OVERLOADED: 429,
  INTERNAL: 500,
  /** As the last event of a stream alone: whatever else is asked, a peer that stands still can answer. */
  EXECUTION_HALTED: 503,
};

/** A request that is refused: a stable code and a sentence. Its HTTP status follows from the code. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: string;
  /** What fastify answers with. */
  readonly statusCode: number;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
    this.statusCode = HTTP_STATUS[code] ?? 400;
  }
}
