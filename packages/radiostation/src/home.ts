import { createHash } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type Certificate,
  certificateIssuedBy,
  derOfPem,
  generateIdentityKey,
  type IdentityKey,
  identityKeyOf,
  isName,
  makeRoot,
  parseCertificate,
  pemOf,
  type Verifier,
} from "@dure/crypto/x509";
import { z } from "zod";
import { readIfPresent, writeAtomically } from "./atomic-file.ts";
import { RadioStationError } from "./error.ts";
import { isLockFile } from "./home-lock.ts";

/** An opened home: where it is and the authority that it holds. */
export type Home = {
  readonly path: string;
  readonly root: Certificate;
  readonly rootKey: IdentityKey;
  /** SHA-256 of the root certificate's DER in lower-case hex, as `openssl x509 -fingerprint -sha256` gives it. */
  readonly fingerprint: string;
};

const ROOT_LIFE_MS = 20 * 365 * 24 * 3_600_000;

/**
 * Root and key stand in one file, written at once: a home either has an authority or it has none, and no crash leaves
 * half of one. `root.pem` beside it is a copy for people, never read.
 */
const AUTHORITY = "authority.json";
const Authority = z.strictObject({
  version: z.literal(1),
  root: z.string().max(8192),
  key: z.string().max(1024),
});

export const fingerprintOf = (certificate: Certificate): string =>
  createHash("sha256").update(certificate.der).digest("hex");

const damaged = (path: string, why: string, cause?: unknown): RadioStationError =>
  new RadioStationError("HOME_DAMAGED", `${path} is damaged (${why}): restore it from a backup`, { cause });

const readAuthority = (path: string, text: string, suite: Verifier): Home => {
  const file = join(path, AUTHORITY);
  let rootKey: IdentityKey;
  let der: Uint8Array | undefined;
  try {
    const authority = Authority.parse(JSON.parse(text));
    der = derOfPem("CERTIFICATE", authority.root);
    rootKey = identityKeyOf(authority.key);
  } catch (cause) {
    throw damaged(file, "it cannot be read", cause);
  }
  const parsed = der && parseCertificate(der);
  if (!parsed?.ok) throw damaged(file, "its root is no certificate");
  const root = parsed.certificate;
  if (!certificateIssuedBy(suite, root, root)) throw damaged(file, "its root is not self-signed");
  if (Buffer.compare(rootKey.publicKey, root.publicKey) !== 0)
    throw damaged(file, "its key is not its root's");
  return { path, root, rootKey, fingerprint: fingerprintOf(root) };
};

/**
 * Opens a home that exists.
 *
 * @throws RadioStationError `HOME_MISSING` or `HOME_DAMAGED`.
 */
export const openHome = async (path: string, suite: Verifier): Promise<Home> => {
  const text = await readIfPresent(join(path, AUTHORITY));
  if (text === undefined)
    throw new RadioStationError("HOME_MISSING", `${path} is no RadioStation's home: start one there first`);
  return readAuthority(path, text, suite);
};

const isLeftover = (name: string): boolean =>
  isLockFile(name) || name.endsWith(".tmp") || name === "lost+found";

/**
 * Opens a home, or founds the authority of an organisation in an empty or missing directory. The caller holds the lock.
 * Nothing is ever overwritten: a directory with other content is refused.
 *
 * @throws RadioStationError `HOME_DAMAGED`, `HOME_FOREIGN` (not a home, or another organisation's) or `NAME_REFUSED`.
 */
export const openOrFoundHome = async (
  path: string,
  options: { readonly organisation: string; readonly nowMs: number; readonly suite: Verifier },
): Promise<Home> => {
  const { organisation, nowMs, suite } = options;
  if (!isName(organisation))
    throw new RadioStationError(
      "NAME_REFUSED",
      `${organisation} is no organisation's name: use a-z, 0-9 and -`,
    );
  const text = await readIfPresent(join(path, AUTHORITY));
  if (text === undefined) return foundHome(path, organisation, nowMs);
  const home = readAuthority(path, text, suite);
  if (home.root.organisation !== organisation)
    throw new RadioStationError(
      "HOME_FOREIGN",
      `${path} is the home of ${home.root.organisation}, not of ${organisation}: name another home`,
    );
  return home;
};

const foundHome = async (path: string, organisation: string, nowMs: number): Promise<Home> => {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const content = (await readdir(path)).filter((name) => !isLeftover(name));
  if (content.length > 0)
    throw new RadioStationError(
      "HOME_FOREIGN",
      `${path} is not empty and is no RadioStation's home (${AUTHORITY} is missing): name an empty directory`,
    );
  const rootKey = generateIdentityKey();
  const root = await makeRoot({ organisation, nowMs, notAfterMs: nowMs + ROOT_LIFE_MS, key: rootKey });
  const pem = pemOf("CERTIFICATE", root.der);
  // The authority comes first: were the copy first, a crash between them would leave a home that looks foreign.
  await writeAtomically(join(path, AUTHORITY), JSON.stringify({ version: 1, root: pem, key: rootKey.pem }));
  await writeAtomically(join(path, "root.pem"), pem, 0o644);
  return { path, root, rootKey, fingerprint: fingerprintOf(root) };
};
