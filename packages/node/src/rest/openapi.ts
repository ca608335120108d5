import { z } from "zod";
import { EVENT_SHAPES } from "./events/event.ts";
import type { Parameter } from "./parameter.ts";
import { HTTP_STATUS } from "./refusal.ts";
import type { Route } from "./route.ts";
import { ErrorAnswer } from "./shape.ts";

type Json = Readonly<Record<string, unknown>>;

/** What any route may refuse with. */
const COMMON = ["REQUEST_MALFORMED", "CHANNEL_UNKNOWN", "NOT_FOUND", "RATE_EXCEEDED", "INTERNAL"] as const;

const CHANNEL: Json = {
  name: "channel",
  in: "query",
  required: false,
  description: "a channel's name or id; by default the peer's first channel",
  schema: { type: "string" },
};

const parametersOf = (place: "path" | "header" | "query", parameters: Route["query"]): readonly Json[] =>
  Object.entries(parameters).map(
    ([name, { schema, description, isRequired }]: [string, Parameter<unknown>]) => ({
      name,
      in: place,
      required: isRequired || place === "path",
      description,
      schema,
    }),
  );

const jsonSchema = (shape: z.ZodType, io: "input" | "output"): unknown => {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { target: "draft-2020-12", io });
  return schema;
};

const contentOf = (answer: Route["answer"]): Json =>
  typeof answer === "string"
    ? { [answer]: { schema: answer === "application/json" ? { type: "object" } : { type: "string" } } }
    : { "application/json": { schema: jsonSchema(answer, "output") } };

/** The refusals of a route by HTTP status, each with its codes. */
const refusalsOf = (codes: readonly string[]): Json => {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const status = HTTP_STATUS[code];
    if (status !== undefined) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, names]) => [
      String(status),
      {
        description: names.join(", "),
        content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
      },
    ]),
  );
};

const operationOf = (route: Route): Json => ({
  summary: route.summary,
  parameters: [
    ...parametersOf("path", route.pathParameters),
    ...parametersOf("header", route.headers),
    ...parametersOf("query", route.query),
    CHANNEL,
  ],
  ...(route.body !== undefined && {
    requestBody: {
      required: true,
      content: { "application/json": { schema: jsonSchema(route.body, "input") } },
    },
  }),
  responses: {
    "200": { description: "the answer", content: contentOf(route.answer) },
    ...refusalsOf([...COMMON, ...(route.body === undefined ? [] : ["REQUEST_TOO_LARGE"]), ...route.codes]),
  },
});

/** The route of the description itself, which no channel is asked for. */
const DESCRIPTION: Json = {
  get: {
    summary: "This description.",
    responses: {
      "200": { description: "OpenAPI 3.1", content: { "application/json": { schema: { type: "object" } } } },
      ...refusalsOf(["RATE_EXCEEDED"]),
    },
  },
};

/** The API's description, OpenAPI 3.1, made of the very routes that are served. */
export const openApi = (routes: readonly Route[]): Json => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/api/v2${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "dure REST v2",
      version: "2.0.0",
      description: "Signed transactions in; receipts, blocks, state, proofs and events out.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    paths: { ...paths, "/api/v2/openapi.json": DESCRIPTION },
    components: {
      schemas: {
        Error: jsonSchema(ErrorAnswer, "output"),
        ...Object.fromEntries(
          Object.entries(EVENT_SHAPES).map(([type, shape]) => [`Event-${type}`, jsonSchema(shape, "output")]),
        ),
      },
    },
  };
};
