import type { Socket } from "node:net";
import { createSecureContext, type PeerCertificate } from "node:tls";
import { ChannelCredentials, type experimental } from "@grpc/grpc-js";
import type { PeerVerifier, TransportIdentity } from "./peer-identity.ts";
import { secureContextOf } from "./secure-context.ts";

type SecureConnector = experimental.SecureConnector;
type ConnectorArguments = Parameters<ChannelCredentials["_createSecureConnector"]>;

/**
 * The dialling end's credentials for one connection to one expected peer.
 *
 * The server's identity is judged by `verify`, not by host name: addresses are IPs and change. Two things that grpc-js
 * leaves open are closed here. A handshake with a frozen process never ends, for the kernel accepts in its name: it is
 * given a timeout. And closing a client abandons a socket that is still in its handshake: `destroy` ends it.
 */
export class DiallerCredentials extends ChannelCredentials {
  /** The certificate that the server proved to hold, once the handshake is done. */
  certificate: Uint8Array | undefined;
  readonly #inner: ChannelCredentials;
  readonly #timeoutMs: number;
  #socket: Socket | undefined;

  constructor(options: {
    readonly identity: TransportIdentity;
    readonly peerId: string;
    readonly verify: PeerVerifier;
    readonly handshakeTimeoutMs: number;
  }) {
    super();
    this.#timeoutMs = options.handshakeTimeoutMs;
    const checkServerIdentity = (_host: string, shown: PeerCertificate): Error | undefined => {
      const verdict = options.verify(shown.raw, Date.now());
      if (!verdict.ok) return new Error(verdict.reason);
      if (verdict.peerId !== options.peerId)
        return new Error(`${verdict.peerId} answers where ${options.peerId} is expected`);
      this.certificate = verdict.certificate;
      return undefined;
    };
    this.#inner = ChannelCredentials.createFromSecureContext(
      createSecureContext(secureContextOf(options.identity)),
      { checkServerIdentity },
    );
  }

  override compose(): never {
    throw new TypeError("call credentials are not used between peers");
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(...given: ConnectorArguments): SecureConnector {
    const inner = this.#inner._createSecureConnector(...given);
    return {
      connect: (socket) => this.#handshake(socket, inner),
      waitForReady: () => inner.waitForReady(),
      getCallCredentials: () => inner.getCallCredentials(),
      destroy: () => inner.destroy(),
    };
  }

  async #handshake(socket: Socket, inner: SecureConnector): ReturnType<SecureConnector["connect"]> {
    this.#socket = socket;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        socket.destroy();
        reject(new Error(`no TLS handshake within ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
    });
    try {
      return await Promise.race([inner.connect(socket), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the connection, whatever state it is in. */
  destroy(): void {
    this.#socket?.destroy();
  }
}
