import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import type { ChannelView } from "../channel/view.ts";
import type { RestOptions } from "./options.ts";
import type { Parameter } from "./parameter.ts";
import { Refusal } from "./refusal.ts";
import { channelOf, jsonOf, queryOf } from "./request.ts";

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
type Values<P extends Parameters> = { readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never };

/** What a handler is given: everything was read and checked. */
export type Given<P extends Parameters, H extends Parameters, Q extends Parameters, B> = {
  readonly channel: ChannelView;
  readonly path: Values<P>;
  readonly headers: Values<H>;
  readonly query: Values<Q>;
  readonly body: B;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
};

/** One route of v2: the server and the API's description are both made of it. */
export type Route = {
  readonly method: "GET" | "POST";
  /** After `/api/v2`, with parameters in braces. */
  readonly path: string;
  readonly summary: string;
  readonly pathParameters: Parameters;
  /** By their names in lower case. */
  readonly headers: Parameters;
  readonly query: Parameters;
  readonly body: z.ZodType | undefined;
  /** The shape of the answer, or its media type where it is no JSON of ours. */
  readonly answer: z.ZodType | string;
  /** What it refuses with, besides what every route does. */
  readonly codes: readonly string[];
  readonly handle: (given: Given<Parameters, Parameters, Parameters, unknown>) => unknown;
};

type Declared<P extends Parameters, H extends Parameters, Q extends Parameters, B extends z.ZodType> = {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly summary: string;
  readonly pathParameters?: P;
  readonly headers?: H;
  readonly query?: Q;
  readonly body?: B;
  readonly answer: z.ZodType | string;
  readonly codes?: readonly string[];
  readonly handle: (given: Given<P, H, Q, z.infer<B>>) => unknown;
};

/** A route, with the types of its parameters and body inferred. */
export const route = <
  P extends Parameters = Record<never, never>,
  H extends Parameters = Record<never, never>,
  Q extends Parameters = Record<never, never>,
  B extends z.ZodType = z.ZodType<undefined>,
>(
  declared: Declared<P, H, Q, B>,
): Route => ({
  pathParameters: {},
  headers: {},
  query: {},
  body: undefined,
  codes: [],
  ...declared,
  handle: declared.handle as unknown as Route["handle"],
});

const readPath = (request: FastifyRequest, parameters: Parameters): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { read }]) => [
      name,
      read((request.params as Record<string, string>)[name], name),
    ]),
  );

const readHeaders = (request: FastifyRequest, parameters: Parameters): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { read }]) => {
      const value = request.headers[name];
      return [name, read(typeof value === "string" ? value : value?.join(","), name)];
    }),
  );

/** Unknown parameters are refused: a typing error would otherwise be a request for something else. */
const readQuery = (request: FastifyRequest, parameters: Parameters): Record<string, unknown> => {
  const unknown = Object.keys(request.query as object).find(
    (name) => name !== "channel" && !Object.hasOwn(parameters, name),
  );
  if (unknown !== undefined)
    throw new Refusal(
      "REQUEST_MALFORMED",
      `there is no parameter ${unknown.slice(0, 64)}: use ${["channel", ...Object.keys(parameters)].join(", ")}`,
    );
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { read }]) => [name, read(queryOf(request, name), name)]),
  );
};

const readBody = (request: FastifyRequest, schema: z.ZodType | undefined): unknown => {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(jsonOf(request).value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "the body" : issue.path.join(".");
  const code = issue?.code === "too_big" ? "REQUEST_TOO_LARGE" : "REQUEST_MALFORMED";
  throw new Refusal(code, `${where.slice(0, 64)}: ${issue?.message ?? "not as it should be"}`);
};

/** Adds a route to the server. */
export const serve = (server: FastifyInstance, options: RestOptions, declared: Route): void => {
  const { method, path, pathParameters, headers, query, body, handle } = declared;
  server.route({
    method,
    url: `/api/v2${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    handler: async (request, reply) =>
      handle({
        channel: channelOf(options, request),
        path: readPath(request, pathParameters),
        headers: readHeaders(request, headers),
        query: readQuery(request, query),
        body: readBody(request, body),
        request,
        reply,
      }),
  });
};
