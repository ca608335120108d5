import { availableParallelism } from "node:os";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { createVerifier } from "@dure/crypto/verifier";
import { type Identity, parseCertificate, pemOf } from "@dure/crypto/x509";
import { type ChannelConfig, mayJoin } from "@dure/membership";
import { createTransport, flat, type PeerAddress, type TransportIdentity } from "@dure/network";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { issuedBy } from "./channel/identities.ts";
import { FRAME_BYTES_MAX, type OpenChannel, openChannel } from "./channel/open.ts";
import type { ChannelStatus } from "./channel/view.ts";
import { NodeError } from "./error.ts";
import { createRest } from "./rest/server.ts";
import { statusObject } from "./rest/v1.ts";

export type PeerOptions = {
  /** The peer's home; a channel's data stands under `channels/<channel id>/`. */
  readonly home: string;
  readonly identity: Identity;
  /** The 32-byte seed of the consensus key. */
  readonly consensusSeed: Uint8Array;
  /** The channel's genesis document: this peer's trust anchor. */
  readonly genesisText: string;
  readonly grpc: { readonly host: string; readonly port: number };
  readonly rest: {
    readonly host: string;
    readonly port: number;
    /** Requests that one address may make in a second; 5,000 unless given. */
    readonly requestsPerSecond?: number;
    /** Origins whose pages may have this peer sign by v1, besides its own page; none unless given. */
    readonly pageOrigins?: readonly string[];
    /** The directory of a built page to serve at the root; none unless given. */
    readonly page?: string | undefined;
  };
  /** Threads that verify signatures; as many as there are cores, less one for all else, unless given. */
  readonly verifyWorkers?: number;
  /** How many of the newest blocks are kept at least; all unless given. */
  readonly keepBlocks?: number;
  /** Whether a new home begins with a snapshot of the state, where others offer one, instead of the whole chain. */
  readonly beginWithSnapshot?: boolean;
  /** Suspensions of SCOREs that this peer is given, as their documents' texts; its home keeps them. None unless given. */
  readonly suspensions?: readonly string[];
  /** A snapshot of the state is taken at each multiple of so many heights; the same number on all peers. */
  readonly snapshotEvery?: number;
  readonly logger: Logger;
  /** The peer cannot go on: its disk failed, or there is a bug. The process should end with a status other than 0. */
  readonly onFailed: (error: unknown) => void;
};

export type Peer = {
  /** Recovers from disk, opens the ports and takes part; once. Nothing stays open if it throws. */
  start(): Promise<{ readonly grpcPort: number; readonly restPort: number }>;
  /** The address book: where the channel's peers are. */
  setPeers(peers: readonly PeerAddress[]): void;
  /**
   * Uses a renewed certificate, of the same peer id, from the next handshake and the next v1 transaction on.
   *
   * @throws NetworkError `IDENTITY_INVALID`; the old one then stays in use.
   */
  setIdentity(identity: Identity): void;
  /** loopchain's object of this peer, as REST v1 shows it and heartbeats carry it. */
  statusObject(): Record<string, unknown>;
  status(): ChannelStatus | undefined;
  /** Answers who waits, finishes what is under way, and closes everything; after `start` if that is under way. */
  close(): Promise<void>;
};

const listen = async (
  server: FastifyInstance,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<number> => {
  try {
    // biome-ignore lint/nursery/useAwaitThenable: fastify's overloads hide the promise from the linter.
    await server.listen({ host, port });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    throw new NodeError(
      "PORT_IN_USE",
      `port ${port} is in use: end what listens there, or choose another REST port`,
      { cause },
    );
  }
  const address = server.server.address();
  return typeof address === "object" && address !== null ? address.port : port;
};

const transportIdentity = ({ certificate, key, root }: Identity): TransportIdentity => ({
  certificatePem: pemOf("CERTIFICATE", certificate.der),
  keyPem: key.pem,
  rootsPem: [pemOf("CERTIFICATE", root.der)],
});

/** Far above what an application needs that batches, and far below what would starve consensus. */
const REQUESTS_PER_SECOND = 5_000;

/** More than these find nothing to do: one thread decides, and executes, for all of them. */
const VERIFY_WORKERS_MAX = 8;
const verifyWorkersByDefault = (): number =>
  Math.max(1, Math.min(VERIFY_WORKERS_MAX, availableParallelism() - 1));

/** How often every link is judged again: an expired certificate, or one that a new root does not cover, ends it. */
const REVIEW_MS = 60_000;

/** A peer of one channel, not yet started. */
export const createPeer = (options: PeerOptions): Peer => {
  const { logger } = options;
  let { identity } = options;
  const suite = createSodiumSuite();
  const peerId = identity.certificate.commonName;
  const closers: (() => Promise<void> | void)[] = [];
  let opened: OpenChannel | undefined;
  let grpcPort = options.grpc.port;
  /** What the channel that is being opened lets in: nobody is known here yet, but those whom the genesis' organisations certify. */
  let opening: { readonly id: string; readonly config: ChannelConfig } | undefined;

  const authorize = (remoteId: string, channelId: string, der: Uint8Array): boolean => {
    const parsed = parseCertificate(der);
    const config = opened?.config() ?? opening?.config;
    if (config === undefined || channelId !== (opened?.view.id ?? opening?.id) || !parsed.ok) return false;
    const { certificate } = parsed;
    return mayJoin(
      config,
      remoteId,
      certificate,
      (root) => issuedBy(suite, certificate, root),
      Date.now(),
      opened?.isNewcomer() ?? true,
    ).ok;
  };

  const transport = createTransport({
    self: peerId,
    ...options.grpc,
    identity: transportIdentity(identity),
    topology: flat(peerId),
    authorize,
    limits: { frameBytesMax: FRAME_BYTES_MAX },
    onEvent: (event) => logger.debug({ event }, "network"),
  });

  const stopping = new AbortController();
  const target = (): string => `${options.grpc.host}:${grpcPort}`;

  const open = async (): Promise<{ readonly grpcPort: number; readonly restPort: number }> => {
    const submitter = () => ({ certificate: identity.certificate.der, seed: identity.key.seed });
    closers.push(() => transport.close());
    const verifier = createVerifier(suite, options.verifyWorkers ?? verifyWorkersByDefault());
    closers.push(() => verifier.close());
    let listening: Promise<{ readonly port: number }> | undefined;
    const connect = async (): Promise<void> => {
      listening ??= transport.start();
      ({ port: grpcPort } = await listening);
    };
    opened = await openChannel({
      ...options,
      suite,
      verifier,
      peerId,
      submitter,
      transport,
      stopping: stopping.signal,
      connect: (id, config) => {
        opening = { id, config };
        return connect();
      },
    });
    const { view } = opened;
    closers.push(opened.close);
    const bodyBytesMax = 4 * 1024 * 1024;
    const channelOf = (name: string | undefined) =>
      name === undefined || name === view.name || name === view.id ? view : undefined;
    const rest = await createRest({
      channelOf,
      target,
      bodyBytesMax,
      requestsPerSecond: options.rest.requestsPerSecond ?? REQUESTS_PER_SECOND,
      pageOrigins: options.rest.pageOrigins ?? [],
      page: options.rest.page,
      onInternal: (error) => logger.error({ err: error }, "a request failed"),
    });
    closers.push(() => rest.close());
    await connect();
    const review = setInterval(() => transport.review(), REVIEW_MS);
    closers.push(() => clearInterval(review));
    const restPort = await listen(rest, options.rest);
    logger.info({ peerId, grpcPort, restPort, channel: view.name, channelId: view.id }, "peer started");
    return { grpcPort, restPort };
  };

  let starting: Promise<{ readonly grpcPort: number; readonly restPort: number }> | undefined;

  const undo = async (): Promise<void> => {
    const failed: unknown[] = [];
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      try {
        await closer();
      } catch (error) {
        failed.push(error);
      }
    }
    if (failed.length > 0) throw failed[0];
  };

  return {
    start: () => {
      starting ??= open().catch(async (error: unknown) => {
        await undo().catch((cause: unknown) =>
          logger.error({ err: cause }, "a failed start left something open"),
        );
        throw error;
      });
      return starting;
    },
    setPeers: (peers) => transport.setPeers(peers),
    setIdentity: (next) => {
      transport.setIdentity(transportIdentity(next));
      identity = next;
    },
    statusObject: () => (opened === undefined ? {} : statusObject(opened.view, target())),
    status: () => opened?.view.status(),
    close: async () => {
      // Closed half-way through its start, it would leave open what is opened after.
      stopping.abort();
      await starting?.catch(() => undefined);
      opened?.settle();
      await undo();
    },
  };
};
