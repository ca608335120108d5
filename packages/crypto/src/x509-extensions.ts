import {
  BasicConstraints,
  type Extensions,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
} from "@peculiar/asn1-x509";
import { readDer } from "./x509-asn1.ts";
import { ATTRIBUTES_OID, type Attributes, readAttributes } from "./x509-attributes.ts";

const KNOWN = new Set([
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
]);

type ExtensionsRead =
  | { readonly ok: true; readonly isCa: boolean; readonly attributes: Attributes }
  | {
      readonly ok: false;
      readonly code: "EXTENSION" | "UNKNOWN_CRITICAL_EXTENSION";
      readonly message: string;
    };

const refused = (message: string): ExtensionsRead => ({ ok: false, code: "EXTENSION", message });

/**
 * Reads what the extensions decide: whether the key may issue certificates, and the holder's attributes. A certificate of an authority must say so
 * in critical basic constraints and carry the usage keyCertSign; any other must carry the usage digitalSignature, if
 * it names usages at all.
 */
export const readExtensions = (extensions: Extensions | undefined): ExtensionsRead => {
  let constraints: BasicConstraints | undefined;
  let usages: KeyUsage | undefined;
  let attributes: Attributes = {};
  const seen = new Set<string>();
  for (const { extnID, critical, extnValue } of extensions ?? []) {
    if (seen.has(extnID)) return refused(`extension ${extnID} appears twice`);
    seen.add(extnID);
    if (critical && !KNOWN.has(extnID))
      return {
        ok: false,
        code: "UNKNOWN_CRITICAL_EXTENSION",
        message: `critical extension ${extnID} is unknown`,
      };
    const value = new Uint8Array(extnValue.buffer);
    if (extnID === id_ce_basicConstraints) {
      constraints = readDer(BasicConstraints, value);
      if (constraints === undefined) return refused("the basic constraints are malformed");
      if (constraints.cA && !critical)
        return refused("the basic constraints of an authority must be critical");
    }
    if (extnID === ATTRIBUTES_OID) {
      const read = readAttributes(value);
      if (read === undefined) return refused("the attributes are malformed");
      attributes = read;
    }
    if (extnID === id_ce_keyUsage) {
      usages = readDer(KeyUsage, value);
      if (usages === undefined) return refused("the key usage is malformed");
    }
  }
  const isCa = constraints?.cA === true;
  const flags = usages?.toNumber();
  if (isCa && ((flags ?? 0) & KeyUsageFlags.keyCertSign) === 0)
    return refused("an authority needs usage keyCertSign");
  if (!isCa && flags !== undefined && (flags & KeyUsageFlags.digitalSignature) === 0)
    return refused("a certificate needs usage digitalSignature");
  return { ok: true, isCa, attributes };
};
