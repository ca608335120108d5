import { createHash, X509Certificate } from "node:crypto";
import type { Certificate } from "@dure/crypto/x509";
import { CompactSign, compactVerify, decodeProtectedHeader, importPKCS8 } from "jose";
import { z } from "zod";
import type { Authenticate } from "./caller.ts";
import type { SeenRequests } from "./seen-requests.ts";

/**
 * An administrator's request over REST is signed (specs/rest-v1.md): `Authorization: Dure <JWS>`, a compact JWS by EdDSA
 * whose `x5c` holds the administrator's certificate and whose claims name this one request. It needs no session, is good
 * behind any proxy, and what it allows is exactly what was signed.
 */
export type SignedRequest = {
  readonly method: string;
  /** Path and query, as the request line has them. */
  readonly path: string;
  readonly body: Uint8Array;
};

/** Why a request is not taken; an HTTP status goes with each code. */
export type NotAuthorised = {
  readonly ok: false;
  readonly code: "UNAUTHENTICATED" | "ROLE_NOT_ALLOWED" | "RATE_EXCEEDED";
  readonly message: string;
};

const SCHEME = "Dure ";
const HEADER_CHARACTERS_MAX = 6_144;
/** For how many seconds before and after its signing a request is good: clocks differ. */
export const REQUEST_LIFE_S = 60;

/** What the signature's header says, and nothing else: no key but the certificate's, no algorithm but Ed25519's. */
const Header = z.strictObject({
  alg: z.literal("EdDSA"),
  typ: z.literal("dure-request+jws"),
  /** The administrator's certificate, DER in base64. */
  x5c: z.tuple([z.base64()]),
});

const Claims = z.strictObject({
  /** The fingerprint of the authority that it is for. */
  aud: z.string(),
  htm: z.string(),
  htp: z.string(),
  /** SHA-256 of the body, base64url. */
  bod: z.string(),
  iat: z.int(),
  jti: z.string().regex(/^[\x21-\x7e]{16,64}$/),
});
type Claims = z.infer<typeof Claims>;

const digestOf = (body: Uint8Array): string => createHash("sha256").update(body).digest("base64url");

/** Signs a request as its sender: the value of the `Authorization` header. `audience`: the authority's fingerprint. */
export const signRequest = async (
  request: SignedRequest,
  signer: {
    readonly certificate: Uint8Array;
    readonly keyPem: string;
    readonly audience: string;
    readonly nowMs: number;
  },
): Promise<string> => {
  const { method, path, body } = request;
  const claims: Claims = {
    aud: signer.audience,
    htm: method,
    htp: path,
    bod: digestOf(body),
    iat: Math.floor(signer.nowMs / 1_000),
    jti: crypto.randomUUID(),
  };
  const x5c: [string] = [Buffer.from(signer.certificate).toString("base64")];
  const header: z.infer<typeof Header> = { alg: "EdDSA", typ: "dure-request+jws", x5c };
  const key = await importPKCS8(signer.keyPem, "EdDSA");
  const signed = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader(header)
    .sign(key);
  return `${SCHEME}${signed}`;
};

const refused = (message: string): NotAuthorised => ({ ok: false, code: "UNAUTHENTICATED", message });
const HOW = "sign the request as an administrator, as `dure conf` and `dure cert` do";

/** Bytes have one text: base64url without padding, alien letters or loose bits. */
const isStrict = (part: string): boolean => Buffer.from(part, "base64url").toString("base64url") === part;

/** The certificate that a token's header names, or undefined for what is no such token. */
const certificateOf = (token: string): Uint8Array | undefined => {
  if (!token.split(".").every(isStrict)) return undefined;
  try {
    const [text] = Header.parse(decodeProtectedHeader(token)).x5c;
    const der = Buffer.from(text, "base64");
    return der.toString("base64") === text ? new Uint8Array(der) : undefined;
  } catch {
    return undefined;
  }
};

/** What a token claims, if it is signed with the key of this certificate; undefined otherwise. */
const claimsOf = async (token: string, certificate: Certificate): Promise<Claims | undefined> => {
  try {
    const { publicKey } = new X509Certificate(certificate.der);
    const { payload } = await compactVerify(token, publicKey, { algorithms: ["EdDSA"] });
    return Claims.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)));
  } catch {
    return undefined;
  }
};

/** Judges whether a request is an administrator's, and takes it: it is good once. */
export type Authorise = (
  header: string | undefined,
  request: SignedRequest,
) => Promise<{ readonly ok: true; readonly administrator: Certificate } | NotAuthorised>;

export const createAuthorise = (options: {
  readonly authenticate: Authenticate;
  readonly audience: string;
  readonly seen: SeenRequests;
  readonly nowMs: () => number;
}): Authorise => {
  const { authenticate, audience, seen, nowMs } = options;

  const flawOf = (claims: Claims, { method, path, body }: SignedRequest): string | undefined => {
    if (claims.aud !== audience) return "it was signed for another authority";
    if (claims.htm !== method || claims.htp !== path) return "it was signed for another request";
    if (claims.bod !== digestOf(body)) return "it was signed over another body";
    if (Math.abs(nowMs() / 1_000 - claims.iat) > REQUEST_LIFE_S)
      return "it was signed too long ago, or clocks differ by more than a minute";
    return undefined;
  };

  return async (header, request) => {
    if (header === undefined || !header.startsWith(SCHEME) || header.length > HEADER_CHARACTERS_MAX)
      return refused(`this changes something: ${HOW}`);
    const token = header.slice(SCHEME.length);
    const der = certificateOf(token);
    if (der === undefined) return refused(`the signature's header names no certificate as it should: ${HOW}`);
    const caller = await authenticate(der);
    if (!caller.ok) return refused(caller.message);
    const certificate = caller.value;
    const claims = await claimsOf(token, certificate);
    if (claims === undefined)
      return refused(`the signature is not that of its certificate over such a request: ${HOW}`);
    const flaw = flawOf(claims, request);
    if (flaw !== undefined) return refused(`${flaw}: ${HOW}`);
    if (!certificate.roles.includes("admin"))
      return {
        ok: false,
        code: "ROLE_NOT_ALLOWED",
        message: `${certificate.commonName} is no administrator`,
      };
    const taking = await seen.take(claims.jti, claims.iat);
    if (taking === "taken") return { ok: true, administrator: certificate };
    if (taking === "again") return refused("this very request was made already: sign it anew");
    return {
      ok: false,
      code: "RATE_EXCEEDED",
      message: "administrators made too many requests in the last minute: go on in another",
    };
  };
};
