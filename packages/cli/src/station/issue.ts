import { resolve } from "node:path";
import { createToken, issueClient } from "@dure/radiostation";
import { CliError } from "../error.ts";

type Named = { readonly home: string; readonly name: string; readonly role: readonly string[] };

/** Makes a one-time token in a RadioStation's home. Throws RadioStationError. */
export const makeToken = async ({ home, name, role, ttl }: Named & { readonly ttl: number }) => ({
  token: await createToken(resolve(home), { commonName: name, roles: role, ttlMs: ttl }),
  name,
  roles: role,
  expiresAtMs: Date.now() + ttl,
});

/** Makes a client's identity directory by the authority in a RadioStation's home. Throws RadioStationError. */
export const makeClient = async ({
  home,
  name,
  role,
  attribute = [],
  out,
}: Named & { readonly attribute?: readonly string[]; readonly out: string }) => {
  const directory = resolve(out);
  const attributes = attributesOf(attribute);
  const { certificate } = await issueClient(resolve(home), { name, roles: role, attributes, directory });
  return { identity: directory, name, roles: role, notAfterMs: certificate.notAfterMs };
};

/** @throws CliError `NOT_AN_ATTRIBUTE` for what is not name=value, or names one twice. */
const attributesOf = (given: readonly string[]): Readonly<Record<string, string>> => {
  const entries = given.map((text): readonly [string, string] => {
    const at = text.indexOf("=");
    if (at < 1) throw new CliError("NOT_AN_ATTRIBUTE", `${text} is no attribute: write name=value`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  if (new Set(entries.map(([name]) => name)).size < entries.length)
    throw new CliError("NOT_AN_ATTRIBUTE", "an attribute is named twice");
  return Object.fromEntries(entries);
};
