import { CliError } from "../error.ts";

/** A setting of a RadioStation. */
export type Setting = { readonly name: string; readonly value: string | number };

/** A certificate of a RadioStation's, as it lists it. */
export type ListedCertificate = {
  readonly subject: string;
  readonly serial_number: string;
  readonly not_after: string;
};

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

const isSetting = (value: unknown): value is Setting => {
  const { name, value: set } = fieldsOf(value);
  return typeof name === "string" && (typeof set === "string" || typeof set === "number");
};

const isListedCertificate = (value: unknown): value is ListedCertificate => {
  const { subject, serial_number, not_after } = fieldsOf(value);
  return [subject, serial_number, not_after].every((field) => typeof field === "string");
};

const all = <T>(data: unknown, isOne: (value: unknown) => value is T, what: string): readonly T[] => {
  const found: readonly unknown[] = Array.isArray(data) ? data : [data];
  if (found.every(isOne)) return found;
  throw new CliError("STATION_ANSWER", `the answer holds no ${what}: is this a RadioStation's address?`);
};

/** The settings in an answer: one, or a list. Throws CliError `STATION_ANSWER`. */
export const settingsIn = (data: unknown): readonly Setting[] => all(data, isSetting, "settings");

/** The certificates in an answer: one, or a list. Throws CliError `STATION_ANSWER`. */
export const certificatesIn = (data: unknown): readonly ListedCertificate[] =>
  all(data, isListedCertificate, "certificates");

/** The certificate in PEM that was issued. Throws CliError `STATION_ANSWER`. */
export const issuedPemIn = (data: unknown): string => {
  const { cert_pem: pem } = fieldsOf(data);
  if (
    typeof pem === "string" &&
    /^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?$/.test(pem)
  )
    return pem.trimEnd();
  throw new CliError("STATION_ANSWER", "the answer holds no certificate: is this a RadioStation's address?");
};
