import type { Name } from "@peculiar/asn1-x509";
import { isCommonName, isName } from "./x509-names.ts";

/** Whom a certificate or request names: CN, O and every OU. */
export type Subject = {
  readonly commonName: string;
  readonly organisation: string;
  readonly roles: readonly string[];
};

const ATTRIBUTES = new Map([
  ["2.5.4.3", "commonName"],
  ["2.5.4.10", "organisation"],
  ["2.5.4.11", "role"],
]);
const ROLES_MAX = 8;

/**
 * Reads a distinguished name: exactly one CN, exactly one O, up to 8 different OU, each alone in its set, as UTF8String
 * or PrintableString, and nothing else.
 *
 * @returns the subject, or undefined for any other name.
 */
export const readSubject = (name: Name): Subject | undefined => {
  const found: { commonName: string[]; organisation: string[]; role: string[] } = {
    commonName: [],
    organisation: [],
    role: [],
  };
  for (const set of name) {
    const [attribute] = set;
    const field = attribute && (ATTRIBUTES.get(attribute.type) as keyof typeof found | undefined);
    const text = attribute?.value.utf8String ?? attribute?.value.printableString;
    if (set.length !== 1 || field === undefined || text === undefined) return undefined;
    found[field].push(text);
  }
  const [commonName, ...otherNames] = found.commonName;
  const [organisation, ...otherOrganisations] = found.organisation;
  const roles = found.role;
  if (commonName === undefined || organisation === undefined) return undefined;
  if (otherNames.length + otherOrganisations.length > 0) return undefined;
  if (!isName(organisation) || !isCommonName(commonName, organisation)) return undefined;
  if (roles.length > ROLES_MAX || new Set(roles).size !== roles.length || !roles.every(isName))
    return undefined;
  return { commonName, organisation, roles };
};

/** The subject in the form that @peculiar/x509 writes: CN, O, then one OU for each role. */
export const writeSubject = (subject: Subject): Record<string, string[]>[] => [
  { CN: [subject.commonName] },
  { O: [subject.organisation] },
  ...subject.roles.map((role) => ({ OU: [role] })),
];
