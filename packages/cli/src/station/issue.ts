import { resolve } from "node:path";
import { createToken, issueClient } from "@dure/radiostation";

type Named = { readonly home: string; readonly name: string; readonly role: readonly string[] };

/** Makes a one-time token in a RadioStation's home. Throws RadioStationError. */
export const makeToken = async ({ home, name, role, ttl }: Named & { readonly ttl: number }) => ({
  token: await createToken(resolve(home), { commonName: name, roles: role, ttlMs: ttl }),
  name,
  roles: role,
  expiresAtMs: Date.now() + ttl,
});

/** Makes a client's identity directory by the authority in a RadioStation's home. Throws RadioStationError. */
export const makeClient = async ({ home, name, role, out }: Named & { readonly out: string }) => {
  const directory = resolve(out);
  const { certificate } = await issueClient(resolve(home), { name, roles: role, directory });
  return { identity: directory, name, roles: role, notAfterMs: certificate.notAfterMs };
};
