import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  type Attributes,
  attributesFlaw,
  generateIdentityKey,
  type Identity,
  makeRequest,
  type Verifier,
  writeIdentity,
} from "@dure/crypto/x509";
import { RadioStationError } from "./error.ts";
import { openHome } from "./home.ts";
import { CERTIFICATE_LIFE_MS, issueRecorded } from "./issuance.ts";
import { checkSubject } from "./names.ts";

/**
 * Makes an identity directory by the hand of the authority's holder, without a token and without a running
 * RadioStation: for clients on the operator's own machine, and for files that are carried by hand.
 *
 * @param path the RadioStation's home. `name` is a bare name, or a peer's id if `roles` has `peer`.
 * @throws RadioStationError `HOME_MISSING`, `HOME_DAMAGED`, `NAME_REFUSED`; IdentityError `IDENTITY_EXISTS`.
 */
export const issueClient = async (
  path: string,
  options: {
    readonly name: string;
    readonly roles: readonly string[];
    readonly attributes?: Attributes;
    readonly directory: string;
    readonly suite?: Verifier;
    readonly lifeMs?: number;
    readonly nowMs?: number;
  },
): Promise<Identity> => {
  const { name: commonName, roles, suite = createSodiumSuite() } = options;
  const home = await openHome(path, suite);
  const { organisation } = home.root;
  checkSubject(commonName, organisation, roles);
  const flaw = attributesFlaw(options.attributes ?? {});
  if (flaw !== undefined) throw new RadioStationError("NAME_REFUSED", flaw);
  const key = generateIdentityKey();
  const issued = await issueRecorded(home, suite, {
    request: await makeRequest({ commonName, organisation, roles }, key),
    roles,
    nowMs: options.nowMs ?? Date.now(),
    lifeMs: options.lifeMs ?? CERTIFICATE_LIFE_MS,
    ...(options.attributes && { attributes: options.attributes }),
  });
  if (!issued.ok) throw new RadioStationError("NAME_REFUSED", issued.message);
  const identity = { certificate: issued.certificate, key, root: home.root };
  await writeIdentity(options.directory, identity);
  return identity;
};
