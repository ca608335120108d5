import { stat } from "node:fs/promises";
import { join } from "node:path";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  type Attributes,
  type Certificate,
  type Issued,
  issue,
  pemOf,
  type SubjectAltName,
  type Verifier,
} from "@dure/crypto/x509";
import { writeAtomically } from "./atomic-file.ts";
import { RadioStationError } from "./error.ts";
import { type Home, openHome } from "./home.ts";

/** How long a certificate lives unless told otherwise. Renewal is the holder's, and automatic in a peer. */
export const CERTIFICATE_LIFE_MS = 90 * 24 * 3_600_000;

/** Clocks of one consortium differ: a certificate is valid from a little before it was issued. */
const CLOCK_SKEW_MS = 5 * 60_000;

const SERIAL = /^[0-9a-f]{2,40}$/;

export type Issuance = {
  readonly request: Uint8Array;
  readonly roles: readonly string[];
  readonly nowMs: number;
  readonly lifeMs: number;
  readonly subjectAltNames?: readonly SubjectAltName[];
  readonly attributes?: Attributes;
};

/**
 * Issues a certificate and records it under `issued/<serial>.pem` before anyone receives it, so that whatever is in use
 * can be found and revoked.
 *
 * @returns the certificate, or the refusal of a request that breaks the rules.
 */
export const issueRecorded = async (home: Home, suite: Verifier, issuance: Issuance): Promise<Issued> => {
  const { request, roles, nowMs, lifeMs, subjectAltNames, attributes } = issuance;
  const issued = await issue({
    suite,
    root: home.root,
    rootKey: home.rootKey,
    request,
    roles,
    notBeforeMs: Math.max(nowMs - CLOCK_SKEW_MS, home.root.notBeforeMs),
    notAfterMs: Math.min(nowMs + lifeMs, home.root.notAfterMs),
    ...(subjectAltNames && { subjectAltNames }),
    ...(attributes && { attributes }),
  });
  if (issued.ok) {
    const { serial, der } = issued.certificate;
    await writeAtomically(join(home.path, "issued", `${serial}.pem`), pemOf("CERTIFICATE", der), 0o644);
  }
  return issued;
};

/** True if the certificate was revoked. Asked at every use: a revocation by another process counts at once. */
export const isRevoked = (home: Home, certificate: Certificate): Promise<boolean> =>
  stat(join(home.path, "revoked", certificate.serial)).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      // A disk that cannot answer must not let a revoked certificate in.
      if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
      return false;
    },
  );

/**
 * Revokes a certificate by its serial number (hex) in a home, whether or not a RadioStation runs on it. From then on
 * the RadioStation refuses it; channels are told by their configuration.
 *
 * @throws RadioStationError `HOME_MISSING`, `HOME_DAMAGED`, or `NAME_REFUSED` for a text that is no serial number.
 */
export const revokeCertificate = async (
  path: string,
  serial: string,
  suite: Verifier = createSodiumSuite(),
): Promise<void> => {
  if (!SERIAL.test(serial))
    throw new RadioStationError("NAME_REFUSED", `${serial} is no serial number in hex`);
  const home = await openHome(path, suite);
  await writeAtomically(join(home.path, "revoked", serial), `${new Date().toISOString()}\n`);
};
