import type { SecureContextOptions } from "node:tls";
import type { TransportIdentity } from "./peer-identity.ts";

/** The TLS settings of both ends: version 1.3 alone, our certificate, and nobody's authority but the roots'. */
export const secureContextOf = (identity: TransportIdentity): SecureContextOptions => ({
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  cert: identity.certificatePem,
  key: identity.keyPem,
  ca: [...identity.rootsPem],
});
