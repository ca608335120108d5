import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyRequest } from "fastify";

/** The page may run its own scripts and the wasm of its signatures, and talk to peers; nobody may frame it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "connect-src *",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const YEAR_S = 31_536_000;

/** Serves a built page at the root, as peers do: assets for ever, for a hash is in their names; the page always anew. */
export const servePage = async (server: FastifyInstance, directory: string): Promise<void> => {
  await server.register(fastifyStatic, {
    root: directory,
    index: "index.html",
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isAsset = /[\\/]assets[\\/]/.test(path);
      reply.setHeader("cache-control", isAsset ? `public, max-age=${YEAR_S}, immutable` : "no-cache");
      reply.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
      reply.setHeader("x-content-type-options", "nosniff");
      reply.setHeader("referrer-policy", "no-referrer");
    },
  });
};

/**
 * Whether a request that met no route is a browser's for one of the page's own paths. Only browsers ask for HTML by name:
 * whoever mistypes a path of the API is told so.
 */
export const isPageRequest = ({ method, url, headers }: FastifyRequest): boolean =>
  method === "GET" &&
  headers.accept?.includes("text/html") === true &&
  !/^\/api(\/|\?|$)/.test(url) &&
  !/\.[a-z0-9]+$/.test(url.replace(/\?.*$/s, ""));
