import { isIP } from "node:net";
import cors from "@fastify/cors";
import {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
} from "fastify";
import type { RestOptions } from "./options.ts";
import { HTTP_STATUS, Refusal } from "./refusal.ts";
import { routesV1 } from "./v1.ts";
import { routesV2 } from "./v2.ts";

/** Methods that change nothing: pages of any origin may use them. */
const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Connections that clients may hold open at one peer. */
const CONNECTIONS_MAX = 4_096;

/** How long open requests have to end when the server closes. */
const CLOSING_MS = 1_000;

/**
 * A host that names this machine by itself. One that needs the DNS may be led here by whoever owns the name, and a page
 * from there would look like one of our own.
 */
const isFixedHost = (hostname: string): boolean =>
  hostname === "localhost" || hostname.startsWith("[") || isIP(hostname) !== 0;

/** A page of another origin may read, but may not submit: a browser sends Origin with every POST of a page. */
const refuseForeignPages = (request: FastifyRequest): void => {
  const { origin } = request.headers;
  if (SAFE.includes(request.method) || origin === undefined) return;
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

/** The peer's REST server: v1 as loopchain's clients know it, and the first of v2. Not yet listening. */
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
  await server.register(cors, { origin: "*", methods: ["GET"], strictPreflight: false });
  server.addHook("onRequest", async (request) => refuseForeignPages(request));
  server.removeAllContentTypeParsers();
  // Clients of v1 send JSON under any content type; the body is kept as it came, since it is what gets recorded.
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  server.setErrorHandler((error: FastifyError, _request, reply) => answerError(options, error, reply));
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ code: "NOT_FOUND", message: "The resource doesn't exist", response_code: -1 }),
  );
  server.server.maxConnections = CONNECTIONS_MAX;
  server.addHook("preClose", async () => {
    // Answers that are under way go out; a client that does not take them holds nobody up.
    const timer = setTimeout(() => server.server.closeAllConnections(), CLOSING_MS).unref();
    server.server.once("close", () => clearTimeout(timer));
  });
  routesV1(server, options);
  routesV2(server, options);
  return server;
};
