import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { z } from "zod";
import { limitConnections } from "./connection-limit.ts";
import { isPageRequest, servePage } from "./page.ts";
import { type Administration, routesOfAdministration } from "./rest-administration.ts";
import { groupIdOf, isConnected, leaderOf, peerItem, type RestSource, statusItems } from "./rest-items.ts";

/** v1's response codes that this port gives (specs/rest-v1.md). */
const CODE = { success: 0, fail: -1, noLeader: -5, parameters: -6, notHandled: -999 } as const;

const Parameter = z.string().max(256);
const Query = z.object({
  channel: Parameter.optional(),
  peer_id: Parameter.optional(),
  group_id: Parameter.optional(),
});
type Query = z.infer<typeof Query>;

const answers: Record<string, (source: RestSource, query: Query) => object> = {
  "peer/list": (source, { channel }) => {
    const registered = source.directory.list();
    const connected = registered.filter((peer) => isConnected(source, peer));
    return {
      response_code: CODE.success,
      data: {
        registered_peer_count: registered.length,
        connected_peer_count: connected.length,
        registered_peer_list: registered.map((peer) => peerItem(source, peer, channel)),
        connected_peer_list: connected.map((peer) => peerItem(source, peer, channel)),
      },
    };
  },
  "peer/status-list": (source, { channel }) => {
    const registered = source.directory.list();
    return {
      response_code: CODE.success,
      data: {
        registered_peer_count: registered.length,
        connected_peer_count: registered.filter((peer) => isConnected(source, peer)).length,
        peer_status_list: statusItems(source, channel),
      },
    };
  },
  "peer/leader": (source, { channel }) => {
    const leader = leaderOf(source, channel);
    return leader === undefined
      ? { response_code: CODE.noLeader, message: "There is no leader peer" }
      : { response_code: CODE.success, data: peerItem(source, leader, channel) };
  },
  "peer/status": (source, { channel, peer_id, group_id }) => {
    if (!peer_id || !group_id)
      return { response_code: CODE.parameters, message: "Both peer_id and group_id are required" };
    const peer = source.directory.find(peer_id);
    const known = peer !== undefined && groupIdOf(peer) === group_id;
    const status = known ? source.watcher.status(peer_id, channel) : undefined;
    return status ?? { response_code: CODE.fail, message: "The status of this peer is unknown" };
  },
};

const unknownResource = { response_code: CODE.fail, message: "The resource doesn't exist" };
const badParameters = { response_code: CODE.parameters, message: "A parameter is malformed" };

/** A certificate request with its roles is the longest body that there is. */
const BODY_BYTES_MAX = 32 * 1024;

/** How long a request may take to come, with its body. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Connections that clients may hold open, and how many of them one address may. */
const CONNECTIONS_MAX = 1_024;
const CONNECTIONS_PER_ADDRESS = 256;

/** What the port offers besides the directory. */
export type RestFaces = {
  /** The directory of a built page to serve at the root; none unless given. */
  readonly page: string | undefined;
  /** Requests that one address may make in a second. */
  readonly requestsPerSecond: () => number;
  readonly administration: Administration;
};

/** One address asks too much. The status is fastify's to answer with. */
class RateExceeded extends Error {
  readonly statusCode = 429;
  readonly code = "RATE_EXCEEDED";
}

/**
 * The REST v1 API for the directory of peers and for administration, not yet bound. Any web page may read it; what
 * changes something wants an administrator's signature, and no web page of another origin may send it. As in loopchain,
 * an answer within v1 is told by its `response_code` with HTTP status 200; a path outside it has status 404.
 */
export const createRest = async (
  source: RestSource,
  logger: Logger,
  { page, requestsPerSecond, administration }: RestFaces,
): Promise<FastifyInstance> => {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: BODY_BYTES_MAX,
    connectionTimeout: 30_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 10_000,
    maxRequestsPerSocket: 10_000,
    // By itself node:http looks for slow requests every half a minute, and gives bodies the longer of the two time-outs.
    http: { maxHeaderSize: 8192, headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: 1_000 },
    routerOptions: { maxParamLength: 100 },
    frameworkErrors: (_error, _request, reply) => {
      // The handler's reply type admits no status code, for it knows no route.
      (reply as unknown as FastifyReply).code(400).send(badParameters);
    },
  });
  app.server.maxConnections = CONNECTIONS_MAX;
  limitConnections(app.server, CONNECTIONS_PER_ADDRESS);
  // What an administrator signs is the body's bytes, whatever type it is said to have.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  // Before any plugin, which would keep the handler that stands when it is registered.
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (error instanceof RateExceeded)
      return reply
        .code(status)
        .send({ response_code: CODE.notHandled, code: error.code, message: error.message });
    // A write to nowhere is refused as such, whatever was wrong with its body.
    if (status < 500 && request.is404) return reply.send(unknownResource);
    if (status < 500) return reply.code(status).send(badParameters);
    logger.error({ err: error }, "a REST request failed");
    return reply
      .code(500)
      .send({ response_code: CODE.notHandled, message: "The RadioStation failed; see its log" });
  });
  await app.register(rateLimit, {
    max: () => requestsPerSecond(),
    timeWindow: 1_000,
    cache: 10_000,
    errorResponseBuilder: () => new RateExceeded("too many requests of this address in a second: slow down"),
  });
  await app.register(cors, {
    origin: "*",
    methods: ["GET", "HEAD"],
    // Browsers send a POST of another origin in spite of the methods; without this header nothing comes of it.
    allowedHeaders: [],
    exposedHeaders: ["Retry-After"],
    strictPreflight: false,
  });
  routesOfAdministration(app, administration);
  for (const [path, answer] of Object.entries(answers))
    app.get(`/api/v1/${path}`, async (request: FastifyRequest) => {
      const query = Query.safeParse(request.query);
      return query.success ? answer(source, query.data) : badParameters;
    });
  if (page !== undefined) await servePage(app, page);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) => {
    if (page !== undefined && isPageRequest(request)) return reply.sendFile("index.html");
    const code = request.url.startsWith("/api/v1/") ? 200 : 404;
    return reply.code(code).send(unknownResource);
  });
  return app;
};
