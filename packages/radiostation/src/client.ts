import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  type Certificate,
  certificateIssuedBy,
  certificateValidAt,
  generateIdentityKey,
  type Identity,
  type IdentityKey,
  makeRequest,
  parseCertificate,
  type Verifier,
} from "@dure/crypto/x509";
import { type Line, openLine } from "./call.ts";
import { RadioStationError } from "./error.ts";
import { fetchKnownRoot } from "./known-root.ts";
import type { PeerStatus } from "./peer-status.ts";
import { Address, type AnswerOf, consensusKeyStatement, type Registration } from "./protocol.ts";
import { parseToken } from "./token.ts";

export type RadioStationClientOptions = {
  /** `host:port` of the RadioStation's gRPC. */
  readonly address: string;
  /** Who asks; every verb but `enrol` needs it. */
  readonly identity?: Identity;
  /** A one-time token; `enrol` needs it. */
  readonly token?: string;
  /** For each verb; 10 seconds unless given. */
  readonly timeoutMs?: number;
  readonly suite?: Verifier;
};

/** The verbs of a RadioStation. Each throws RadioStationError: refusals with the RadioStation's code, or the line's. */
export type RadioStationClient = {
  /**
   * Makes a key (unless one is given) and has it certified under the token. The server is known by the token's
   * fingerprint before the secret is sent. From then on this client uses the new identity.
   */
  enrol(subject: { commonName: string; roles: readonly string[]; key?: IdentityKey }): Promise<Identity>;
  /** Certifies the identity's name and roles anew, for the same key unless another is given. */
  renew(key?: IdentityKey): Promise<Identity>;
  /**
   * Enters this peer into the directory. `sign` signs with the consensus key; what it is given to sign is a tagged
   * statement of the peer's id.
   *
   * @returns the peer's order of registration, from 1.
   */
  register(peer: {
    grpcAddress: string;
    restAddress: string;
    consensusPublicKey: Uint8Array;
    sign: (statement: Uint8Array) => Uint8Array;
  }): Promise<number>;
  /** Reports this peer's status, about once a second. */
  heartbeat(status: PeerStatus, channel?: string): Promise<void>;
  /** The registered peers in order of registration. */
  directory(): Promise<readonly Registration[]>;
  /** A channel's genesis document, or undefined while it is not founded. */
  genesis(channel: string): Promise<string | undefined>;
  close(): void;
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The certificate in an answer, if it is what was asked for: of this root and for this key and name. */
const certified = (
  answer: AnswerOf<"Enrol">,
  asked: { root: Certificate; key: IdentityKey; commonName: string },
  suite: Verifier,
): Identity => {
  const { root, key, commonName } = asked;
  const parsed = parseCertificate(Buffer.from(answer.certificate, "base64"));
  if (
    !parsed.ok ||
    !certificateIssuedBy(suite, parsed.certificate, root) ||
    parsed.certificate.commonName !== commonName ||
    Buffer.compare(parsed.certificate.publicKey, key.publicKey) !== 0
  )
    throw new RadioStationError("BAD_ANSWER", "the RadioStation gave a certificate that was not asked for");
  return { certificate: parsed.certificate, key, root };
};

/** A client of a RadioStation, for a newcomer with a token or a member with an identity. Nothing connects before use. */
export const radioStationClient = (options: RadioStationClientOptions): RadioStationClient => {
  const { address, timeoutMs = 10_000, suite = createSodiumSuite() } = options;
  if (!Address.safeParse(address).success)
    throw new RadioStationError("UNREACHABLE", `${address} is no address: give host:port`);
  let identity = options.identity;
  let line: Line | undefined;

  const become = (next: Identity): Identity => {
    line?.close();
    line = undefined;
    identity = next;
    return next;
  };

  const member = (): { identity: Identity; line: Line } => {
    if (identity === undefined)
      throw new RadioStationError("NO_IDENTITY", "this needs an identity: enrol with a token first");
    // TLS would drop an expired certificate in silence, and the refusal would not say why.
    if (!certificateValidAt(identity.certificate, Date.now()))
      throw new RadioStationError(
        "IDENTITY_EXPIRED",
        `the certificate of ${identity.certificate.commonName} is not valid now: enrol again with a new token`,
      );
    line ??= openLine({ address, root: identity.root, identity, timeoutMs });
    return { identity, line };
  };

  const enrol: RadioStationClient["enrol"] = async ({ commonName, roles, key = generateIdentityKey() }) => {
    const { token } = options;
    if (token === undefined)
      throw new RadioStationError("NO_TOKEN", "enrolment needs a token: ask the operator for one");
    const parsed = parseToken(token);
    if (parsed === undefined)
      throw new RadioStationError(
        "TOKEN_MALFORMED",
        "this is no token: it reads dure1.<id>.<secret>.<fingerprint>",
      );
    const root = await fetchKnownRoot(address, parsed.fingerprint, { suite, timeoutMs });
    const request = await makeRequest({ commonName, organisation: root.organisation, roles }, key);
    const newcomer = openLine({ address, root, timeoutMs });
    try {
      const answer = await newcomer.call("Enrol", {
        token,
        request: Buffer.from(request).toString("base64"),
      });
      return become(certified(answer, { root, key, commonName }, suite));
    } finally {
      newcomer.close();
    }
  };

  const renew: RadioStationClient["renew"] = async (nextKey) => {
    const { identity, line } = member();
    const key = nextKey ?? identity.key;
    const { commonName } = identity.certificate;
    const request = Buffer.from(await makeRequest(identity.certificate, key)).toString("base64");
    return become(
      certified(await line.call("Renew", { request }), { root: identity.root, key, commonName }, suite),
    );
  };

  return {
    enrol,
    renew,
    register: async ({ grpcAddress, restAddress, consensusPublicKey, sign }) => {
      const { identity, line } = member();
      const proof = hex(sign(consensusKeyStatement(identity.certificate.commonName)));
      const key = hex(consensusPublicKey);
      return (await line.call("Register", { grpcAddress, restAddress, consensusPublicKey: key, proof }))
        .order;
    },
    heartbeat: async (status, channel) => {
      await member().line.call("Heartbeat", channel === undefined ? { status } : { status, channel });
    },
    directory: async () => (await member().line.call("Directory", {})).peers,
    genesis: async (channel) => {
      try {
        return (await member().line.call("Genesis", { channel })).document;
      } catch (error) {
        if (error instanceof RadioStationError && error.code === "CHANNEL_UNKNOWN") return undefined;
        throw error;
      }
    },
    close: () => {
      line?.close();
      line = undefined;
    },
  };
};
