import { createSodiumSuite } from "@dure/crypto/sodium";
import { certificateId } from "@dure/types";
import { type IdentityOptions, identityOf } from "./acting-identity.ts";
import { holderOf } from "./holder.ts";

/** What an identity is to others: `id` is the sender of its transactions, `holder` its name in the token. */
export const describeIdentity = async (options: IdentityOptions) => {
  const suite = createSodiumSuite();
  const { certificate } = await identityOf(options, suite);
  const { commonName, organisation, roles, attributes, notAfterMs, serial } = certificate;
  const id = certificateId(suite, certificate.der);
  return {
    id,
    holder: holderOf(certificate),
    commonName,
    organisation,
    roles,
    attributes,
    serial,
    notAfterMs,
  };
};
