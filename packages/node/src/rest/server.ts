import { isIP } from "node:net";
import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from "fastify";
import { eventsRoute } from "./events/route.ts";
import { openApi } from "./openapi.ts";
import type { RestOptions } from "./options.ts";
import { isPageRequest, servePage } from "./page.ts";
import { HTTP_STATUS, Refusal } from "./refusal.ts";
import { serve } from "./route.ts";
import { routesV1 } from "./v1.ts";
import { ROUTES } from "./v2/routes.ts";

/** Methods that change nothing: pages of any origin may use them. */
const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Connections that clients may hold open at one peer. */
const CONNECTIONS_MAX = 4_096;

/** How long a browser may remember what another origin may do here. */
const PREFLIGHT_S = 600;

/** How long open requests have to end when the server closes. */
const CLOSING_MS = 1_000;

/**
 * A host that names this machine by itself. One that needs the DNS may be led here by whoever owns the name, and a page
 * from there would look like one of our own.
 */
const isFixedHost = (hostname: string): boolean =>
  hostname === "localhost" || hostname.startsWith("[") || isIP(hostname) !== 0;

/**
 * A page of another origin may read, and may carry what a client signed (v2), for that has its authority in itself. It
 * may not make the peer sign (v1): a browser sends Origin with every POST of a page.
 */
const refuseForeignPages = ({ pageOrigins }: RestOptions, request: FastifyRequest): void => {
  const { origin } = request.headers;
  if (SAFE.includes(request.method) || origin === undefined) return;
  if (request.url.startsWith("/api/v2/") || pageOrigins.includes(origin)) return;
  const page = URL.canParse(origin) ? new URL(origin) : undefined;
  if (page !== undefined && page.host === request.headers.host && isFixedHost(page.hostname)) return;
  throw new Refusal(
    "ORIGIN_REFUSED",
    "a web page of another origin may not submit: send the request from an application",
  );
};

const codeOf = (error: FastifyError): string => {
  if (error instanceof Refusal) return error.code;
  if (error.statusCode === 413) return "REQUEST_TOO_LARGE";
  return (error.statusCode ?? 500) < 500 ? "REQUEST_MALFORMED" : "INTERNAL";
};

/** The status is the code's own in the table, whatever the framework would have said. */
const answerError = ({ onInternal }: RestOptions, error: FastifyError, reply: FastifyReply): void => {
  const code = codeOf(error);
  const status = HTTP_STATUS[code] ?? error.statusCode ?? 500;
  if (status >= 500) onInternal(error);
  const message = status >= 500 ? "the peer failed to answer: its log says why" : error.message;
  void reply.code(status).send({ code, message, response_code: -1 });
};

/** The peer's REST server: v1 as loopchain's clients know it, and v2, and the page. Not yet listening. */
export const createRest = async (options: RestOptions): Promise<FastifyInstance> => {
  const server = fastify({
    bodyLimit: options.bodyBytesMax,
    logger: false,
    forceCloseConnections: "idle",
    // What is refused before a route is found: a path that does not decode, a part that is too long. The handler's reply
    // type admits no status code, for it knows no route.
    frameworkErrors: (error, _request, reply) =>
      answerError(options, error, reply as unknown as FastifyReply),
    requestTimeout: 60_000,
    connectionTimeout: 120_000,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 128 },
  });
  await server.register(cors, {
    delegator: (request, answer) =>
      answer(null, {
        origin: "*",
        methods: request.url?.startsWith("/api/v2/") ? ["GET", "POST"] : ["GET"],
        strictPreflight: false,
        exposedHeaders: ["Retry-After"],
        maxAge: PREFLIGHT_S,
      }),
  });
  await server.register(rateLimit, {
    max: options.requestsPerSecond,
    timeWindow: 1_000,
    // Addresses that are remembered: more of them push out the oldest.
    cache: 10_000,
    errorResponseBuilder: () =>
      new Refusal("RATE_EXCEEDED", "too many requests of this address in a second: slow down"),
  });
  server.addHook("onRequest", async (request) => refuseForeignPages(options, request));
  server.removeAllContentTypeParsers();
  // Clients of v1 send JSON under any content type; the body is kept as it came, since it is what gets recorded.
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error: FastifyError, _request, reply) => answerError(options, error, reply));
  server.setNotFoundHandler({ preHandler: server.rateLimit() }, (request, reply) => {
    if (options.page !== undefined && isPageRequest(request)) return reply.sendFile("index.html");
    return reply
      .code(404)
      .send({ code: "NOT_FOUND", message: "The resource doesn't exist", response_code: -1 });
  });
  server.server.maxConnections = CONNECTIONS_MAX;
  const stopping = new AbortController();
  server.addHook("preClose", async () => {
    stopping.abort();
    // Answers that are under way go out; a client that does not take them holds nobody up.
    const timer = setTimeout(() => server.server.closeAllConnections(), CLOSING_MS).unref();
    server.server.once("close", () => clearTimeout(timer));
  });
  routesV1(server, options);
  const routes = [...ROUTES, eventsRoute({ stopping: stopping.signal, onInternal: options.onInternal })];
  for (const each of routes) serve(server, options, each);
  const described = JSON.stringify(openApi(routes), null, 2);
  server.get("/api/v2/openapi.json", async (_request, reply) =>
    reply.type("application/json").send(described),
  );
  if (options.page !== undefined) await servePage(server, options.page);
  return server;
};
