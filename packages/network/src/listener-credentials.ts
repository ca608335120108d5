import type { SecureContextOptions } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import type { TransportIdentity } from "./peer-identity.ts";

/** Streams of one connection. A pair needs two per common channel. */
const STREAMS_PER_CONNECTION_MAX = 512;

/** HTTP/2's default window of 64 KiB would cap a stream at 64 KiB per round trip. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;

/** The TLS settings of both ends: version 1.3 alone, our certificate, and nobody's authority but the roots'. */
export const secureContextOf = (identity: TransportIdentity): SecureContextOptions => ({
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  cert: identity.certificatePem,
  key: identity.keyPem,
  ca: [...identity.rootsPem],
});

/**
 * The listening end's credentials. `ServerCredentials.createSsl` of grpc-js sets neither the TLS version nor the
 * handshake timeout and takes certificates once; deriving from the class gives all three. grpc-js passes replaced
 * options to `tls.Server.setSecureContext`, which new handshakes use and old connections do not notice.
 */
export class ListenerCredentials extends ServerCredentials {
  constructor(identity: TransportIdentity, handshakeTimeoutMs: number) {
    super(
      {
        requestCert: true,
        rejectUnauthorized: true,
        handshakeTimeout: handshakeTimeoutMs,
        settings: {
          maxConcurrentStreams: STREAMS_PER_CONNECTION_MAX,
          initialWindowSize: STREAM_WINDOW_BYTES,
        },
      },
      secureContextOf(identity),
    );
  }

  /** Uses another certificate, key and roots for the handshakes to come. The identity must have been checked. */
  replace(identity: TransportIdentity): void {
    this.updateSecureContextOptions(secureContextOf(identity));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
