/** The PEM labels in use: certificates, PKCS#10 requests, PKCS#8 private keys. */
export type PemLabel = "CERTIFICATE" | "CERTIFICATE REQUEST" | "PRIVATE KEY";

const LINE = 64;
const PEM_CHARACTERS_MAX = 16_384;

/** DER as one PEM block, lines of 64 characters, with a final line break. */
export const pemOf = (label: PemLabel, der: Uint8Array): string => {
  const text = Buffer.from(der).toString("base64");
  const lines: string[] = [];
  for (let i = 0; i < text.length; i += LINE) lines.push(text.slice(i, i + LINE));
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
};

/** The bytes of a text that is exactly one PEM block with this label, or undefined. At most 16,384 characters. */
export const derOfPem = (label: PemLabel, text: string): Uint8Array | undefined => {
  if (text.length > PEM_CHARACTERS_MAX) return undefined;
  const lines = text.trim().split(/\r?\n/);
  if (lines.shift() !== `-----BEGIN ${label}-----` || lines.pop() !== `-----END ${label}-----`)
    return undefined;
  const body = lines.join("");
  const der = Buffer.from(body, "base64");
  return der.length > 0 && der.toString("base64") === body ? new Uint8Array(der) : undefined;
};
