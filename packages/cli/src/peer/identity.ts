import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { CryptoSuite } from "@dure/crypto";
import { certificateValidAt, type Identity, readIdentity, writeIdentity } from "@dure/crypto/x509";
import { radioStationClient } from "@dure/radiostation";
import { CliError, systemCode } from "../error.ts";
import { readIdentityFiles } from "./identity-files.ts";
import type { PeerSettings } from "./settings.ts";

/** The directory of a peer's identity in its home. */
export const identityDirectory = (home: string): string => join(home, "identity");

const isThere = async (path: string): Promise<boolean> => {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
};

/** Asks the RadioStation for a certificate under the token, for the key that this peer has already, if it has one. */
const enrol = async (settings: PeerSettings, old: Identity | undefined): Promise<Identity> => {
  const { name, radiostation, token, home } = settings;
  const directory = identityDirectory(home);
  const why =
    old === undefined ? `${directory} holds no identity` : `the certificate in ${directory} has expired`;
  if (radiostation === undefined || token === undefined || token === "")
    throw new CliError(
      old === undefined ? "IDENTITY_MISSING" : "IDENTITY_EXPIRED",
      `${why}: give --radiostation and a --token from its operator (dure radiostation token --name ${name} --role peer)`,
    );
  const client = radioStationClient({ address: radiostation, token });
  try {
    const identity = await client.enrol({ commonName: name, roles: ["peer"], ...(old && { key: old.key }) });
    // A directory without a certificate is one whose writing was cut short: nothing in it was ever in use.
    await writeIdentity(directory, identity, { replace: true });
    return identity;
  } finally {
    client.close();
  }
};

/**
 * The identity of a peer: from the files that it was given, or from its home, or, at first start and after expiry, by
 * enrolment, after which it stands in its home.
 *
 * @throws CliError `IDENTITY_MISSING`, `IDENTITY_EXPIRED`, `IDENTITY_FOREIGN`; IdentityError `IDENTITY_DAMAGED`;
 *   RadioStationError where enrolment fails.
 */
export const openIdentity = async (
  settings: PeerSettings,
  suite: CryptoSuite,
  onEnrolled: (identity: Identity) => void,
): Promise<Identity> => {
  const { home, name, certificate, key, root } = settings;
  const directory = identityDirectory(home);
  let identity: Identity | undefined;
  if (certificate !== undefined && key !== undefined && root !== undefined)
    identity = await readIdentityFiles({ certificate, key, root }, suite);
  else if (await isThere(join(directory, "certificate.pem"))) identity = await readIdentity(directory, suite);
  if (identity !== undefined && identity.certificate.commonName !== name)
    throw new CliError(
      "IDENTITY_FOREIGN",
      `the certificate names ${identity.certificate.commonName}, not ${name}: name another --home, or the right --name`,
    );
  if (identity !== undefined && certificateValidAt(identity.certificate, Date.now())) return identity;
  if (certificate !== undefined)
    throw new CliError(
      "IDENTITY_EXPIRED",
      `${certificate} is not valid now: ask its authority for a new one`,
    );
  const enrolled = await enrol(settings, identity);
  onEnrolled(enrolled);
  return enrolled;
};
