import { createServer, type Socket, type Server as TcpServer } from "node:net";
import { Server, type ServerDuplexStream } from "@grpc/grpc-js";
import type { NetworkEvent } from "./event.ts";
import type { Limits, Timing } from "./limits.ts";
import type { ListenerCredentials } from "./listener-credentials.ts";
import { NetworkError } from "./network-error.ts";
import { peerService } from "./protocol.ts";

/** A connection that proved an identity but opens no stream is closed after this. */
const IDLE_CONNECTION_MS = 15_000;

/** A connection that is cut has this long to hear why. */
const FAREWELL_MS = 500;

export type InboundStream = ServerDuplexStream<Buffer, Buffer>;

export type ListenerOptions = {
  readonly host: string;
  readonly port: number;
  readonly credentials: ListenerCredentials;
  readonly limits: Limits;
  readonly timing: Timing;
  readonly onStream: (stream: InboundStream) => void;
  readonly emit: (event: NetworkEvent) => void;
};

/** The listening end: TCP of our own, TLS and HTTP/2 by grpc-js. */
export type Listener = {
  /** @throws NetworkError `PORT_IN_USE` or `LISTEN_FAILED`. */
  start(): Promise<{ port: number }>;
  close(): Promise<void>;
  /** Ends the connection of a stream, after the stream's status has had time to leave. */
  cut(stream: InboundStream): void;
};

const grpcServer = ({ limits, timing, onStream }: ListenerOptions): Server => {
  const server = new Server({
    "grpc.max_receive_message_length": limits.frameBytesMax,
    "grpc.max_send_message_length": limits.frameBytesMax,
    "grpc.keepalive_time_ms": timing.keepaliveIntervalMs,
    "grpc.keepalive_timeout_ms": timing.keepaliveTimeoutMs,
    "grpc.max_connection_idle_ms": IDLE_CONNECTION_MS,
    "grpc.enable_channelz": 0,
  });
  server.addService(peerService, {
    // Not within gRPC's call: it would turn an exception, a bug of ours, into a status for the other side.
    stream: (stream: InboundStream) => {
      stream.on("error", () => undefined);
      queueMicrotask(() => onStream(stream));
    },
  });
  return server;
};

const listen = (server: TcpServer, host: string, port: number): Promise<{ port: number }> =>
  new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => {
      const inUse = cause.code === "EADDRINUSE";
      reject(
        inUse
          ? new NetworkError(
              "PORT_IN_USE",
              `port ${port} on ${host} is in use: stop the process that holds it, or configure another port`,
              { cause },
            )
          : new NetworkError(
              "LISTEN_FAILED",
              `cannot listen on ${host}, port ${port} (${cause.code}): configure an address of this machine`,
              { cause },
            ),
      );
    };
    server.once("error", failed);
    server.listen({ host, port }, () => {
      server.off("error", failed);
      const address = server.address();
      resolve({ port: typeof address === "object" && address !== null ? address.port : port });
    });
  });

/**
 * A listener that has not begun. It owns the TCP server and hands its sockets to grpc-js: `Server.bindAsync` would hide
 * the error's code, has no bound on connections, and could not end those that are still in their handshake.
 */
export const createListener = (options: ListenerOptions): Listener => {
  // By the remote address and port, as `getPeer` names them: grpc-js gives a stream no way to its connection.
  const sockets = new Map<string, Socket>();
  const server = grpcServer(options);
  const injector = server.createConnectionInjector(options.credentials);
  const tcp = createServer({ noDelay: true });
  tcp.maxConnections = options.limits.connectionsMax;
  tcp.on("drop", () => options.emit({ type: "connections-full" }));
  tcp.on("connection", (socket) => {
    const key = `${socket.remoteAddress}:${socket.remotePort}`;
    sockets.set(key, socket);
    socket.on("close", () => {
      if (sockets.get(key) === socket) sockets.delete(key);
    });
    socket.on("error", () => undefined);
    injector.injectConnection(socket);
  });

  return {
    start: async () => {
      const bound = await listen(tcp, options.host, options.port);
      // Too many open files is an error event of the server at each accept: without a listener it ends the process.
      tcp.on("error", (error) => options.emit({ type: "accept-failed", reason: error.message }));
      return bound;
    },
    cut: (stream) => {
      const socket = sockets.get(stream.getPeer());
      setTimeout(() => socket?.destroy(), FAREWELL_MS).unref();
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        tcp.close(() => resolve());
      });
      // In the next turn: the statuses of the streams just ended leave first.
      await new Promise((resolve) => setImmediate(resolve));
      injector.destroy();
      server.forceShutdown();
      for (const socket of sockets.values()) socket.destroy();
      await closed;
    },
  };
};
