import { createHash, X509Certificate } from "node:crypto";
import type { Certificate } from "@dure/crypto/x509";
import { CompactSign, compactVerify, decodeProtectedHeader, importPKCS8 } from "jose";
import { z } from "zod";
import type { Authenticate } from "./caller.ts";

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

/** Why a request is no administrator's. The HTTP status is 401, or 403 for a certificate without the role. */
export type NotAuthorised = {
  readonly ok: false;
  readonly code: "UNAUTHENTICATED" | "ROLE_NOT_ALLOWED";
  readonly message: string;
};

const SCHEME = "Dure ";
const TYPE = "dure-request+jws";
const HEADER_CHARACTERS_MAX = 6_144;
/** A request is good for so long, and clocks may differ by as much. */
const LIFE_S = 60;
/** How long a request may be good after it was made: signed by a clock that is ahead, and heard at the last moment. */
const REMEMBERED_MS = (2 * LIFE_S + 1) * 1_000;
/** Requests remembered: more than an administrator makes in two minutes. Beyond it all are refused until some expire. */
const REMEMBERED_MAX = 10_000;

const Claims = z.strictObject({
  /** The fingerprint of the authority that it is for. */
  aud: z.string(),
  htm: z.string(),
  htp: z.string(),
  /** SHA-256 of the body, base64url. */
  bod: z.string(),
  iat: z.int(),
  jti: z.string().min(16).max(64),
});

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
  const claims: z.infer<typeof Claims> = {
    aud: signer.audience,
    htm: method,
    htp: path,
    bod: digestOf(body),
    iat: Math.floor(signer.nowMs / 1_000),
    jti: crypto.randomUUID(),
  };
  const header = { alg: "EdDSA", typ: TYPE, x5c: [Buffer.from(signer.certificate).toString("base64")] };
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

const certificateOf = (token: string): Uint8Array | undefined => {
  if (!token.split(".").every(isStrict)) return undefined;
  const { typ, x5c } = decodeProtectedHeader(token);
  const [certificate] = Array.isArray(x5c) ? x5c : [];
  if (typ !== TYPE || !Array.isArray(x5c) || x5c.length !== 1 || typeof certificate !== "string")
    return undefined;
  const der = Buffer.from(certificate, "base64");
  return der.toString("base64") === certificate ? new Uint8Array(der) : undefined;
};

/** Judges whether a request is an administrator's, and remembers it so that it is good once. */
export type Authorise = (
  header: string | undefined,
  request: SignedRequest,
) => Promise<{ readonly ok: true; readonly administrator: Certificate } | NotAuthorised>;

export const createAuthorise = (options: {
  readonly authenticate: Authenticate;
  readonly audience: string;
  readonly nowMs: () => number;
}): Authorise => {
  const { authenticate, audience, nowMs } = options;
  /** By `jti`, when it may be forgotten: no request as old is good any more. */
  const had = new Map<string, number>();

  const remember = (jti: string): boolean => {
    const now = nowMs();
    for (const [known, untilMs] of had) {
      if (untilMs > now) break;
      had.delete(known);
    }
    if (had.has(jti) || had.size >= REMEMBERED_MAX) return false;
    had.set(jti, now + REMEMBERED_MS);
    return true;
  };

  const flawOf = (
    claims: z.infer<typeof Claims>,
    { method, path, body }: SignedRequest,
  ): string | undefined => {
    if (claims.aud !== audience) return "it was signed for another authority";
    if (claims.htm !== method || claims.htp !== path) return "it was signed for another request";
    if (claims.bod !== digestOf(body)) return "it was signed over another body";
    if (Math.abs(nowMs() / 1_000 - claims.iat) > LIFE_S)
      return "it was signed too long ago, or clocks differ by more than a minute";
    return undefined;
  };

  return async (header, request) => {
    if (header === undefined || !header.startsWith(SCHEME) || header.length > HEADER_CHARACTERS_MAX)
      return refused(`this changes something: ${HOW}`);
    const token = header.slice(SCHEME.length);
    let claims: z.infer<typeof Claims>;
    let certificate: Certificate;
    try {
      const der = certificateOf(token);
      const caller = await authenticate(der);
      if (der === undefined || !caller.ok)
        return refused(caller.ok ? `no certificate: ${HOW}` : caller.message);
      certificate = caller.value;
      const { publicKey } = new X509Certificate(der);
      const { payload } = await compactVerify(token, publicKey, { algorithms: ["EdDSA", "Ed25519"] });
      claims = Claims.parse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload)));
    } catch {
      return refused(`the signature is not that of its certificate over such a request: ${HOW}`);
    }
    const flaw = flawOf(claims, request);
    if (flaw !== undefined) return refused(`${flaw}: ${HOW}`);
    if (!certificate.roles.includes("admin"))
      return {
        ok: false,
        code: "ROLE_NOT_ALLOWED",
        message: `${certificate.commonName} is no administrator`,
      };
    if (!remember(claims.jti)) return refused("this very request was made already: sign it anew");
    return { ok: true, administrator: certificate };
  };
};
