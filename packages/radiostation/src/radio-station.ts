import { EventEmitter } from "node:events";
import { mkdir } from "node:fs/promises";
import { createSodiumSuite } from "@dure/crypto/sodium";
import type { Certificate, Verifier } from "@dure/crypto/x509";
import type { Logger } from "pino";
import { createAuthorise, REQUEST_LIFE_S } from "./administrator.ts";
import { createAuthenticate } from "./caller.ts";
import { type Conf, openConf } from "./conf.ts";
import { type Directory, openDirectory } from "./directory.ts";
import { type Channels, type Founding, openChannels } from "./founding.ts";
import { bindGrpc, createGrpcServer, portInUse } from "./grpc.ts";
import { type Home, openOrFoundHome } from "./home.ts";
import { lockHome } from "./home-lock.ts";
import { CERTIFICATE_LIFE_MS } from "./issuance.ts";
import type { Registration } from "./protocol.ts";
import { createRest } from "./rest.ts";
import { openSeenRequests } from "./seen-requests.ts";
import { createServerCertificate, type ServerCertificate } from "./server-certificate.ts";
import { CONNECTION, createWatcher, type Watcher } from "./watcher.ts";

/** What a RadioStation tells those who run it. */
export type RadioStationEvents = {
  /** A certificate was issued by enrolment or renewal. */
  enrolled: [Certificate];
  /** A peer registered, for the first time or again. */
  registered: [Registration];
  /** A channel was founded: its name. */
  founded: [string];
  /** A peer is heard: its id. */
  connected: [string];
  /** A peer fell silent: its id. */
  disconnected: [string];
};

export type RadioStationOptions = {
  /** Its home directory, made if it is missing. */
  readonly home: string;
  readonly organisation: string;
  readonly logger: Logger;
  /** 0 for any free port. */
  readonly restPort?: number;
  readonly grpcPort?: number;
  /** Where to listen; loopback unless given. REST has no TLS of its own: elsewhere, put a TLS proxy before it. */
  readonly restHost?: string;
  readonly grpcHost?: string;
  /** The directory of a built page to serve on the REST port; none unless given. */
  readonly page?: string | undefined;
  /** REST requests that one address may make in a second; 1,000 unless given. */
  readonly requestsPerSecond?: number | undefined;
  /** A channel to found when enough peers have registered. */
  readonly found?: Founding;
  readonly certificateLifeMs?: number;
  /** How long after its last heartbeat a peer counts as disconnected. */
  readonly silenceMs?: number;
  readonly watchIntervalMs?: number;
  readonly nowMs?: () => number;
  readonly suite?: Verifier;
};

export type RadioStation = {
  /**
   * Takes the home, opens the ports and serves.
   *
   * @throws RadioStationError `HOME_LOCKED`, `HOME_DAMAGED`, `HOME_FOREIGN`, `NAME_REFUSED` or `PORT_IN_USE`. Nothing
   *   stays open then.
   */
  start(): Promise<{ readonly restPort: number; readonly grpcPort: number }>;
  /** Closes every connection and frees the home. What was answered is on disk already. */
  close(): Promise<void>;
  readonly events: EventEmitter<RadioStationEvents>;
};

const LOOPBACK = "127.0.0.1";
const DAY_MS = 24 * 3_600_000;
const REQUESTS_PER_SECOND = 1_000;

type Parts = {
  readonly home: Home;
  readonly conf: Conf;
  readonly directory: Directory;
  readonly channels: Channels;
  readonly watcher: Watcher;
  readonly certificate: ServerCertificate;
};

/** A RadioStation over a home directory, not yet started. */
export const createRadioStation = (options: RadioStationOptions): RadioStation => {
  const {
    logger,
    nowMs = Date.now,
    suite = createSodiumSuite(),
    grpcHost = LOOPBACK,
    restHost = LOOPBACK,
  } = options;
  const events = new EventEmitter<RadioStationEvents>();
  /** How to undo what was started, the last first. */
  const closers: (() => Promise<void> | void)[] = [];

  const open = async (): Promise<Parts> => {
    await mkdir(options.home, { recursive: true, mode: 0o700 });
    const lock = await lockHome(options.home);
    closers.push(lock.release);
    const { organisation } = options;
    const home = await openOrFoundHome(options.home, { organisation, nowMs: nowMs(), suite });
    const conf = await openConf(
      home.path,
      {
        silence_ms: options.silenceMs ?? 5_000,
        watch_interval_ms: options.watchIntervalMs ?? 500,
        certificate_life_days: Math.max(
          1,
          Math.round((options.certificateLifeMs ?? CERTIFICATE_LIFE_MS) / DAY_MS),
        ),
        requests_per_second: options.requestsPerSecond ?? REQUESTS_PER_SECOND,
      },
      { organisation, fingerprint: home.fingerprint },
    );
    const watcher = createWatcher({
      nowMs,
      silenceMs: () => conf.value("silence_ms"),
      onChange: (peerId, connection) => {
        const event = connection === CONNECTION.connected ? "connected" : "disconnected";
        logger.info({ peerId }, event);
        events.emit(event, peerId);
      },
    });
    return {
      home,
      conf,
      watcher,
      directory: await openDirectory(home.path),
      channels: openChannels(home.path, options.found),
      certificate: await createServerCertificate(home, { suite, nowMs, host: grpcHost }),
    };
  };

  /** A failed founding must not refuse the registration that caused it: the next registration or start tries again. */
  const found = async ({ channels, directory }: Parts): Promise<void> => {
    try {
      if (!(await channels.foundIfDue(directory.list())) || options.found === undefined) return;
      logger.info({ channel: options.found.channel }, "founded");
      events.emit("founded", options.found.channel);
    } catch (error) {
      logger.error({ err: error, channel: options.found?.channel }, "the channel could not be founded");
    }
  };

  const certificateLifeMs = ({ conf }: Parts): number => {
    const days = conf.given("certificate_life_days");
    return days === undefined ? (options.certificateLifeMs ?? CERTIFICATE_LIFE_MS) : days * DAY_MS;
  };

  const startGrpc = async (parts: Parts): Promise<number> => {
    const context = {
      ...parts,
      suite,
      nowMs,
      certificateLifeMs: () => certificateLifeMs(parts),
      onEnrolled: (certificate: Certificate) => {
        logger.info({ commonName: certificate.commonName, serial: certificate.serial }, "certified");
        events.emit("enrolled", certificate);
      },
      onRegistered: async (registration: Registration) => {
        logger.info({ peerId: registration.peerId, order: registration.order }, "registered");
        events.emit("registered", registration);
        await found(parts);
      },
    };
    const server = createGrpcServer(context, createAuthenticate(parts.home, suite, nowMs), logger);
    closers.push(() => server.forceShutdown());
    return bindGrpc(server, parts.certificate.provider, grpcHost, options.grpcPort ?? 7002);
  };

  const startRest = async (parts: Parts): Promise<number> => {
    const port = options.restPort ?? 9002;
    const { home, conf } = parts;
    const authenticate = createAuthenticate(home, suite, nowMs);
    const seen = await openSeenRequests(home.path, { lifeS: REQUEST_LIFE_S, nowMs });
    const app = await createRest(parts, logger, {
      page: options.page,
      requestsPerSecond: () => conf.value("requests_per_second"),
      administration: {
        home,
        conf,
        suite,
        nowMs,
        logger,
        certificateLifeMs: () => certificateLifeMs(parts),
        authorise: createAuthorise({ authenticate, audience: home.fingerprint, seen, nowMs }),
      },
    });
    closers.push(() => app.close());
    try {
      // biome-ignore lint/nursery/useAwaitThenable: fastify's overloads hide the promise from the linter.
      await app.listen({ host: restHost, port });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") throw portInUse(port, error);
      throw error;
    }
    const address = app.server.address();
    return typeof address === "object" && address !== null ? address.port : port;
  };

  const startTimer = ({ watcher, certificate, conf }: Parts): void => {
    const look = (): void => {
      watcher.check();
      certificate
        .renewIfDue()
        .catch((error) => logger.error({ err: error }, "the TLS certificate was not renewed"));
    };
    const start = (): NodeJS.Timeout => setInterval(look, conf.value("watch_interval_ms"));
    let timer = start();
    let isOpen = true;
    conf.onSet(() => {
      clearInterval(timer);
      if (isOpen) timer = start();
    });
    closers.push(() => {
      isOpen = false;
      clearInterval(timer);
    });
  };

  const close = async (): Promise<void> => {
    for (let undo = closers.pop(); undo !== undefined; undo = closers.pop()) await undo();
  };

  const start = async () => {
    try {
      const parts = await open();
      await found(parts);
      const grpcPort = await startGrpc(parts);
      const restPort = await startRest(parts);
      startTimer(parts);
      logger.info({ restPort, grpcPort, fingerprint: parts.home.fingerprint }, "RadioStation started");
      return { restPort, grpcPort };
    } catch (error) {
      await close();
      throw error;
    }
  };
  return { start, close, events };
};
