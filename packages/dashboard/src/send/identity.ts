/** Who signs: the texts of certificate.pem and key.pem, which stay in this page's memory. */
export type Identity = {
  readonly name: string;
  readonly certificatePem: string;
  readonly keyPem: string;
};

/** An X.501 common name, as it begins in DER: the object identifier 2.5.4.3. */
const COMMON_NAME = [6, 3, 0x55, 4, 3];

/**
 * The name in a certificate, to show whose it is; undefined where none is found. It is not judged here: peers do that.
 * The issuer's name comes first in a certificate, so the subject's is the last one.
 */
export const nameIn = (certificatePem: string): string | undefined => {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END/.exec(certificatePem)?.[1];
  if (body === undefined) return undefined;
  const der = Uint8Array.from(atob(body.replaceAll(/\s/g, "")), (character) => character.charCodeAt(0));
  for (let at = der.length - COMMON_NAME.length; at >= 0; at--) {
    if (!COMMON_NAME.every((byte, offset) => der[at + offset] === byte)) continue;
    const valueAt = at + COMMON_NAME.length + 2;
    return new TextDecoder().decode(der.subarray(valueAt, valueAt + (der[valueAt - 1] ?? 0)));
  }
  return undefined;
};
