import type { Certificate } from "@dure/crypto/x509";

/** How the token names a holder: `name@organisation`, which stays when the certificate is renewed. */
export const holderOf = ({ commonName, organisation }: Certificate): string =>
  `${commonName}@${organisation}`;
