import type { Attributes, Certificate, Verifier } from "@dure/crypto/x509";
import { parseRequest } from "@dure/crypto/x509";
import type { Directory } from "./directory.ts";
import type { Channels } from "./founding.ts";
import type { Home } from "./home.ts";
import { issueRecorded } from "./issuance.ts";
import {
  type AnswerOf,
  consensusKeyStatement,
  type Registration,
  type RequestOf,
  type Verb,
} from "./protocol.ts";
import { type Reply, refuse } from "./refusal.ts";
import { lookUpToken, useToken } from "./token.ts";
import type { Watcher } from "./watcher.ts";

/** What the verbs work on. */
export type VerbContext = {
  readonly home: Home;
  readonly directory: Directory;
  readonly channels: Channels;
  readonly watcher: Watcher;
  readonly suite: Verifier;
  readonly nowMs: () => number;
  /** How long a certificate lives that is issued now. */
  readonly certificateLifeMs: () => number;
  readonly onEnrolled: (certificate: Certificate) => void;
  readonly onRegistered: (registration: Registration) => Promise<void>;
};

type Run<V extends Verb> = (
  context: VerbContext,
  request: RequestOf<V>,
  caller: Certificate,
) => Promise<Reply<AnswerOf<V>>>;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const bytesOfHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

const certify = async (
  context: VerbContext,
  request: Uint8Array,
  { roles, attributes = {} }: { readonly roles: readonly string[]; readonly attributes?: Attributes },
): Promise<Reply<AnswerOf<"Enrol">>> => {
  const { home, suite } = context;
  const lifeMs = context.certificateLifeMs();
  const nowMs = context.nowMs();
  const issued = await issueRecorded(home, suite, { request, roles, attributes, nowMs, lifeMs });
  if (!issued.ok) return refuse("REQUEST_REFUSED", issued.message);
  context.onEnrolled(issued.certificate);
  return { ok: true, value: { certificate: base64(issued.certificate.der), root: base64(home.root.der) } };
};

/** Refuses a request for another name than the one granted, before anything is spent on it. */
const checkRequest = (context: VerbContext, der: Uint8Array, commonName: string): Reply<undefined> => {
  const { organisation } = context.home.root;
  const parsed = parseRequest(context.suite, der);
  if (!parsed.ok) return refuse("REQUEST_REFUSED", parsed.message);
  if (parsed.request.commonName !== commonName || parsed.request.organisation !== organisation)
    return refuse("REQUEST_REFUSED", `the request must name ${commonName} of ${organisation}`);
  return { ok: true, value: undefined };
};

/** The only verb without a certificate. The token says who the newcomer is and in what roles. */
export const enrol = async (
  context: VerbContext,
  body: RequestOf<"Enrol">,
): Promise<Reply<AnswerOf<"Enrol">>> => {
  const grant = await lookUpToken(context.home, body.token, context.nowMs());
  if (!grant.ok) return grant;
  const der = Buffer.from(body.request, "base64");
  const checked = checkRequest(context, der, grant.value.commonName);
  if (!checked.ok) return checked;
  // From here the token is spent, even if this process dies before it answers: twice would be worse than never.
  if (!(await useToken(context.home, body.token)))
    return refuse("TOKEN_USED", "this token was used just now");
  return certify(context, der, grant.value);
};

const renew: Run<"Renew"> = async (context, body, caller) => {
  const der = Buffer.from(body.request, "base64");
  const checked = checkRequest(context, der, caller.commonName);
  if (!checked.ok) return checked;
  const certified = await certify(context, der, caller);
  if (certified.ok) await context.directory.renew(caller.commonName, certified.value.certificate);
  return certified;
};

const notAPeer = refuse("NOT_A_PEER", "only a certificate with the role peer may do this");
const isPeer = (caller: Certificate): boolean => caller.roles.includes("peer");

const register: Run<"Register"> = async (context, body, caller) => {
  if (!isPeer(caller)) return notAPeer;
  const { consensusPublicKey, proof } = body;
  const peerId = caller.commonName;
  const claim = consensusKeyStatement(peerId);
  if (!context.suite.verify(bytesOfHex(consensusPublicKey), claim, bytesOfHex(proof)))
    return refuse("BAD_PROOF", "the proof is not the consensus key's signature over this peer's id");
  const certificate = base64(caller.der);
  const registered = await context.directory.register({
    ...body,
    peerId,
    certificate,
    registeredAtMs: context.nowMs(),
  });
  if (!registered.ok) return registered;
  context.watcher.heard(peerId);
  await context.onRegistered(registered.value);
  return { ok: true, value: { order: registered.value.order } };
};

const heartbeat: Run<"Heartbeat"> = async (context, { status, channel }, caller) => {
  if (!isPeer(caller)) return notAPeer;
  if (context.directory.find(caller.commonName) === undefined)
    return refuse("NOT_REGISTERED", "this peer is not registered: register first");
  if (status.peer_id !== caller.commonName)
    return refuse("BAD_REQUEST", "a peer reports its own status alone");
  context.watcher.heard(caller.commonName, status, channel);
  return { ok: true, value: {} };
};

const directory: Run<"Directory"> = async (context) => ({
  ok: true,
  value: { peers: [...context.directory.list()] },
});

const genesis: Run<"Genesis"> = async (context, { channel }) => {
  const document = await context.channels.genesis(channel);
  if (document === undefined) return refuse("CHANNEL_UNKNOWN", `channel ${channel} is not founded here`);
  return { ok: true, value: { document } };
};

/** The verbs of members, each given the caller's certificate. */
export const memberVerbs: { readonly [V in Exclude<Verb, "Enrol">]: Run<V> } = {
  Renew: renew,
  Register: register,
  Heartbeat: heartbeat,
  Directory: directory,
  Genesis: genesis,
};
