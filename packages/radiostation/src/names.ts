import { CERTIFICATE_ROLES, isName } from "@dure/crypto/x509";
import { RadioStationError } from "./error.ts";

/** The name that only the RadioStation itself bears: its certificate's CN is `radiostation.<organisation>`. */
const STATION_NAME = "radiostation";

export const stationCommonName = (organisation: string): string => `${STATION_NAME}.${organisation}`;

const RESERVED = new Set([STATION_NAME, "root"]);

/**
 * Checks whom the holder of the authority wants to name. A peer bears its peer id, `<name>.<organisation>`; anyone else
 * a bare name. Reserved names would let their holder pose as the RadioStation or the root.
 *
 * @throws RadioStationError `NAME_REFUSED`.
 */
export const checkSubject = (commonName: string, organisation: string, roles: readonly string[]): void => {
  const refused = (why: string) => new RadioStationError("NAME_REFUSED", `${commonName}: ${why}`);
  const isPeer = roles.includes("peer");
  const suffix = `.${organisation}`;
  if (isPeer && !commonName.endsWith(suffix)) throw refused(`a peer's name is its id, <name>${suffix}`);
  const name = isPeer ? commonName.slice(0, -suffix.length) : commonName;
  if (!isName(name)) throw refused("use 1 to 32 characters of a-z, 0-9 and -");
  if (RESERVED.has(name)) throw refused("this name is reserved");
  if (roles.length === 0) throw refused("name at least one role");
  const unknown = roles.find((role) => !(CERTIFICATE_ROLES as readonly string[]).includes(role));
  if (unknown !== undefined) throw refused(`${unknown} is no role: use ${CERTIFICATE_ROLES.join(", ")}`);
  if (new Set(roles).size !== roles.length) throw refused("a role is named twice");
};
