import { ServerCredentials } from "@grpc/grpc-js";
import { STREAM_WINDOW_BYTES } from "./limits.ts";
import type { TransportIdentity } from "./peer-identity.ts";
import { secureContextOf } from "./secure-context.ts";

/** Streams of one connection. A pair needs two per common channel. */
const STREAMS_PER_CONNECTION_MAX = 512;

/**
 * The listening end's credentials. `ServerCredentials.createSsl` of grpc-js sets neither the TLS version nor the
 * handshake timeout and takes certificates once; deriving from the class gives all three. grpc-js passes replaced
 * options to `tls.Server.setSecureContext`, which new handshakes use and old connections do not notice.
 *
 * One limit remains: grpc-js does not hand out the HTTP/2 session, so the window of a whole connection stays at 64 KiB
 * here. What one dialler sends is bounded by that per round trip; the other direction has `STREAM_WINDOW_BYTES`.
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
