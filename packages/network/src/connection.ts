import { Client, type ClientDuplexStream, connectivityState, type Metadata } from "@grpc/grpc-js";
import { DiallerCredentials } from "./dialler-credentials.ts";
import { type Limits, STREAM_WINDOW_BYTES, type Timing } from "./limits.ts";
import type { PeerVerifier, TransportIdentity } from "./peer-identity.ts";
import { raw, STREAM_PATH, writeHeader } from "./protocol.ts";
import { statusOf } from "./status.ts";

export type FrameStream = ClientDuplexStream<Buffer, Buffer>;

/** One dialled HTTP/2 connection to one peer. It is used once: after a loss another one is made. */
export type Connection = {
  /** Settles once: the peer's proven certificate, or why there is no connection. Never rejects. */
  readonly ready: Promise<
    { readonly ok: true; readonly certificate: Uint8Array } | { readonly ok: false; readonly reason: string }
  >;
  /** True while streams can be opened. */
  alive(): boolean;
  open(metadata: Metadata): FrameStream;
  close(): void;
};

export type ConnectionOptions = {
  readonly peerId: string;
  readonly address: string;
  readonly identity: TransportIdentity;
  readonly verify: PeerVerifier;
  readonly limits: Limits;
  readonly timing: Timing;
};

const channelOptions = ({ limits, timing }: ConnectionOptions) => ({
  "grpc.max_receive_message_length": limits.frameBytesMax,
  "grpc.max_send_message_length": limits.frameBytesMax,
  "grpc.keepalive_time_ms": timing.keepaliveIntervalMs,
  "grpc.keepalive_timeout_ms": timing.keepaliveTimeoutMs,
  "grpc.keepalive_permit_without_calls": 1,
  "grpc-node.flow_control_window": STREAM_WINDOW_BYTES,
  // grpc-js calls back a write at once while it keeps the message for a retry. Streams are never retried, and the send
  // queue counts on the callback: nothing is kept.
  "grpc.enable_retries": 0,
  "grpc.retry_buffer_size": 0,
  "grpc.per_rpc_retry_buffer_size": 0,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.service_config_disable_resolution": 1,
  "grpc.enable_http_proxy": 0,
  "grpc.enable_channelz": 0,
  // The server's name is not judged by host, and must not be an IP (RFC 6066) nor tell a listener who is dialled.
  "grpc.ssl_target_name_override": "peer.dure",
});

/**
 * Dials. The returned connection has begun, see `ready`. Each is a new client of grpc-js: it shows the identity of this
 * moment, so that a renewed certificate needs nothing further, and grpc-js's own backoff never slows the dialler's.
 */
export const openConnection = (options: ConnectionOptions): Connection => {
  const credentials = new DiallerCredentials({
    identity: options.identity,
    peerId: options.peerId,
    verify: options.verify,
    handshakeTimeoutMs: options.timing.answerTimeoutMs,
  });
  const client = new Client(`dns:${options.address}`, credentials, channelOptions(options));
  const open = (metadata: Metadata): FrameStream =>
    client.makeBidiStreamRequest(STREAM_PATH, raw.serialize, raw.deserialize, metadata);
  let closed = false;

  return {
    ready: settled(client, options.timing.answerTimeoutMs).then(async (up) => {
      if (up && credentials.certificate) return { ok: true, certificate: credentials.certificate };
      return { ok: false, reason: closed ? "closed" : await failureOf(client, open) };
    }),
    alive: () => !closed && client.getChannel().getConnectivityState(false) === connectivityState.READY,
    open,
    close: () => {
      if (closed) return;
      closed = true;
      client.close();
      // In the next turn: resets and the goodbye of the streams just ended leave first.
      setImmediate(() => credentials.destroy());
    },
  };
};

/** True when the first attempt to connect succeeded, false when it failed or took too long. */
const settled = (client: Client, timeoutMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const channel = client.getChannel();
    const deadline = Date.now() + timeoutMs;
    const look = (error?: Error): void => {
      const state = channel.getConnectivityState(false);
      if (state === connectivityState.READY) resolve(true);
      else if (error || (state !== connectivityState.IDLE && state !== connectivityState.CONNECTING))
        resolve(false);
      else channel.watchConnectivityState(state, deadline, look);
    };
    channel.getConnectivityState(true);
    look();
  });

/** A channel tells its state but not the reason; a call on a failed channel fails at once and carries it. */
const failureOf = (client: Client, open: Connection["open"]): Promise<string> =>
  new Promise((resolve) => {
    if (client.getChannel().getConnectivityState(false) !== connectivityState.TRANSIENT_FAILURE)
      return resolve("no connection in time");
    const header = { channelId: "", lane: "bulk", session: "" } as const;
    const stream = open(writeHeader(header));
    stream.on("error", (error) => resolve(statusOf(error).details));
    stream.on("end", () => resolve("no connection"));
    return undefined;
  });
