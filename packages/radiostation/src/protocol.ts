import { domainTag, statement } from "@dure/crypto";
import { CERTIFICATE_BYTES_MAX, REQUEST_BYTES_MAX } from "@dure/crypto/x509";
import { z } from "zod";
import { PeerStatus } from "./peer-status.ts";
import { TOKEN_CHARACTERS_MAX } from "./token.ts";

/**
 * The protocol: unary gRPC calls `/dure.radiostation.v1.RadioStation/<verb>` over TLS, whose messages are UTF-8 JSON
 * objects. A refusal is a gRPC status with the trailer `dure-code`, a stable code. Requests have at most 64 KiB.
 *
 * | verb | caller | request | answer |
 * |---|---|---|---|
 * | Enrol | anyone with a token | token, request (base64 of PKCS#10) | certificate, root (base64 of DER) |
 * | Renew | a member | request | certificate, root |
 * | Register | a peer | grpcAddress, restAddress, consensusPublicKey, proof (hex) | order |
 * | Heartbeat | a registered peer | status, channel? | {} |
 * | Directory | a member | {} | peers |
 * | Genesis | a member | channel | document |
 *
 * A member is whoever presents, in the TLS handshake, a certificate of this authority that is neither expired nor
 * revoked; a peer is a member whose certificate names the role `peer`.
 */
const SERVICE = "dure.radiostation.v1.RadioStation";
export const CODE_TRAILER = "dure-code";
export const REQUEST_MESSAGE_BYTES_MAX = 64 * 1024;
/** A genesis document carries the sources of SCOREs. */
export const ANSWER_MESSAGE_BYTES_MAX = 32 * 1024 * 1024;

export const VERBS = ["Enrol", "Renew", "Register", "Heartbeat", "Directory", "Genesis"] as const;
export type Verb = (typeof VERBS)[number];

export const pathOf = (verb: Verb): string => `/${SERVICE}/${verb}`;

const base64 = (bytesMax: number) => z.base64().max(Math.ceil(bytesMax / 3) * 4);
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));
const Name = z.string().regex(/^[a-z0-9-]{1,32}$/);

/** `host:port`, where host is a name, an IPv4 address or an IPv6 address in brackets. */
export const Address = z
  .string()
  .max(255)
  .regex(/^([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\]):[1-9][0-9]{0,4}$/);

export const Requests = {
  Enrol: z.strictObject({ token: z.string().max(TOKEN_CHARACTERS_MAX), request: base64(REQUEST_BYTES_MAX) }),
  Renew: z.strictObject({ request: base64(REQUEST_BYTES_MAX) }),
  Register: z.strictObject({
    grpcAddress: Address,
    restAddress: Address,
    consensusPublicKey: hex(32),
    proof: hex(64),
  }),
  Heartbeat: z.strictObject({ status: PeerStatus, channel: Name.optional() }),
  Directory: z.strictObject({}),
  Genesis: z.strictObject({ channel: Name }),
};

const Certified = z.object({
  certificate: base64(CERTIFICATE_BYTES_MAX),
  root: base64(CERTIFICATE_BYTES_MAX),
});

/** A registered peer, as the directory keeps and gives it. Orders begin at 1 and are never reused. */
export const Registration = z.object({
  order: z.int().positive(),
  peerId: z.string().max(65),
  grpcAddress: Address,
  restAddress: Address,
  /** The peer's raw Ed25519 consensus key, 32 bytes in hex. */
  consensusPublicKey: hex(32),
  /** The consensus key's signature over `consensusKeyStatement(peerId)`, 64 bytes in hex. */
  proof: hex(64),
  /** DER in base64. */
  certificate: base64(CERTIFICATE_BYTES_MAX),
  registeredAtMs: z.int(),
});
export type Registration = z.infer<typeof Registration>;

export const Answers = {
  Enrol: Certified,
  Renew: Certified,
  Register: z.object({ order: z.int().positive() }),
  Heartbeat: z.object({}),
  Directory: z.object({ peers: z.array(Registration) }),
  Genesis: z.object({ document: z.string() }),
};

export type RequestOf<V extends Verb> = z.infer<(typeof Requests)[V]>;
export type AnswerOf<V extends Verb> = z.infer<(typeof Answers)[V]>;

const CONSENSUS_KEY = domainTag("dure/radiostation/consensus-key");

/**
 * What a peer signs with its consensus key to show that it holds it: a statement of its peer id. Without it, a peer
 * could register another's key as its own.
 */
export const consensusKeyStatement = (peerId: string): Uint8Array =>
  statement(CONSENSUS_KEY, new TextEncoder().encode(peerId));

/** A message as bytes. */
export const encodeMessage = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), "utf8");

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The JSON value of a message, or undefined if it is not JSON in UTF-8. Never throws. */
export const decodeMessage = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
};
