import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { createSodiumSuite } from "@dure/crypto/sodium";
import type { Verifier } from "@dure/crypto/x509";
import { z } from "zod";
import { readIfPresent, writeAtomically } from "./atomic-file.ts";
import { RadioStationError } from "./error.ts";
import { type Home, openHome } from "./home.ts";
import { checkSubject } from "./names.ts";
import { type Reply, refuse } from "./refusal.ts";

/**
 * A token as its holder carries it: `dure1.<id>.<secret>.<fingerprint>`. The fingerprint of the authority's root lets
 * the newcomer know the RadioStation before it tells the secret; the secret lets the RadioStation know the newcomer.
 */
export type Token = { readonly id: string; readonly secret: string; readonly fingerprint: string };

/** What a token grants, as kept in `tokens/<id>.json`. Of the secret only the hash is kept. */
export type TokenGrant = z.infer<typeof TokenGrant>;

export const TOKEN_CHARACTERS_MAX = 160;

const TOKEN = /^dure1\.([0-9a-f]{16})\.([A-Za-z0-9_-]{43})\.([0-9a-f]{64})$/;

const TokenGrant = z.strictObject({
  version: z.literal(1),
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  commonName: z.string(),
  roles: z.array(z.string()).readonly(),
  expiresAtMs: z.int(),
});

/** Reads a token's text, or gives undefined. */
export const parseToken = (text: string): Token | undefined => {
  const [, id, secret, fingerprint] = TOKEN.exec(text) ?? [];
  return id && secret && fingerprint ? { id, secret, fingerprint } : undefined;
};

// The secret is 256 random bits: a plain hash cannot be searched, and a slow one would only burden the RadioStation.
const hashOf = (secret: string): Buffer => createHash("sha256").update(`dure/token/${secret}`).digest();

// One file for each token, and its name says whether it is used: a rename is the use, and only one rename can win,
// even between processes. So tokens can be made while a RadioStation runs, without its lock.
const freshPath = (home: Home, id: string): string => join(home.path, "tokens", `${id}.json`);
const usedPath = (home: Home, id: string): string => join(home.path, "tokens", `${id}.used.json`);

/**
 * Makes a one-time token in an existing home, whether or not a RadioStation runs on it.
 *
 * @param options `commonName` is a peer's id or a bare name; `ttlMs` how long the token can be used.
 * @returns the token's text. It is kept nowhere: whoever loses it needs another.
 * @throws RadioStationError `HOME_MISSING`, `HOME_DAMAGED` or `NAME_REFUSED`.
 */
export const createToken = async (
  path: string,
  options: {
    readonly commonName: string;
    readonly roles: readonly string[];
    readonly ttlMs: number;
    readonly suite?: Verifier;
    readonly nowMs?: number;
  },
): Promise<string> => {
  const home = await openHome(path, options.suite ?? createSodiumSuite());
  const { commonName, roles } = options;
  checkSubject(commonName, home.root.organisation, roles);
  const id = randomBytes(8).toString("hex");
  const secret = randomBytes(32).toString("base64url");
  const grant: TokenGrant = {
    version: 1,
    secretHash: hashOf(secret).toString("hex"),
    commonName,
    roles,
    expiresAtMs: (options.nowMs ?? Date.now()) + options.ttlMs,
  };
  await writeAtomically(freshPath(home, id), JSON.stringify(grant));
  return `dure1.${id}.${secret}.${home.fingerprint}`;
};

const readGrant = (path: string, text: string): TokenGrant => {
  try {
    return TokenGrant.parse(JSON.parse(text));
  } catch (cause) {
    throw new RadioStationError("HOME_DAMAGED", `${path} is damaged: delete it and make another token`, {
      cause,
    });
  }
};

/**
 * What a token grants, if its secret is right and it is neither used nor expired. Does not use it: a request with a
 * mistake in it must not cost the newcomer its token. Whether a token exists is told only to who knows its secret.
 */
export const lookUpToken = async (home: Home, text: string, nowMs: number): Promise<Reply<TokenGrant>> => {
  const token = parseToken(text);
  if (token === undefined)
    return refuse("BAD_REQUEST", "this is no token: it reads dure1.<id>.<secret>.<fingerprint>");
  if (token.fingerprint !== home.fingerprint)
    return refuse(
      "WRONG_FINGERPRINT",
      "this token is another RadioStation's: ask this one's operator for one",
    );
  const fresh = await readIfPresent(freshPath(home, token.id));
  const kept = fresh ?? (await readIfPresent(usedPath(home, token.id)));
  const unknown = refuse("TOKEN_UNKNOWN", "this token is unknown: ask the operator for another");
  if (kept === undefined) return unknown;
  const grant = readGrant(freshPath(home, token.id), kept);
  if (!timingSafeEqual(hashOf(token.secret), Buffer.from(grant.secretHash, "hex"))) return unknown;
  if (fresh === undefined)
    return refuse("TOKEN_USED", "this token was used already: ask the operator for another");
  if (nowMs >= grant.expiresAtMs)
    return refuse("TOKEN_EXPIRED", "this token has expired: ask the operator for another");
  return { ok: true, value: grant };
};

/** Uses a token that was looked up. True for exactly one of any number of concurrent uses. */
export const useToken = async (home: Home, text: string): Promise<boolean> => {
  const token = parseToken(text);
  if (token === undefined) return false;
  try {
    await rename(freshPath(home, token.id), usedPath(home, token.id));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
};
