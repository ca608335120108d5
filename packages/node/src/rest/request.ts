import { payloadValue } from "@dure/types";
import type { FastifyRequest } from "fastify";
import type { ChannelView } from "../channel/view.ts";
import type { RestOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";

/** A query parameter, if it stands there once. */
export const queryOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = (request.query as Record<string, unknown>)[name];
  if (Array.isArray(value))
    throw new Refusal("REQUEST_MALFORMED", `the parameter ${name} stands more than once`);
  return typeof value === "string" ? value : undefined;
};

/** The channel that a request names, or the peer's first. `inBody`: what the body names, where it may. */
export const channelOf = (options: RestOptions, request: FastifyRequest, inBody?: unknown): ChannelView => {
  const name = queryOf(request, "channel") ?? (typeof inBody === "string" ? inBody : undefined);
  const channel = options.channelOf(name);
  if (channel !== undefined) return channel;
  throw new Refusal(
    "CHANNEL_UNKNOWN",
    name === undefined ? "this peer has no channel" : `this peer has no channel ${name.slice(0, 64)}`,
  );
};

/** The body's bytes and JSON value. Refuses an empty body and what is no JSON. */
export const jsonOf = (request: FastifyRequest): { readonly bytes: Uint8Array; readonly value: unknown } => {
  const bytes = request.body;
  if (!(bytes instanceof Uint8Array) || bytes.length === 0)
    throw new Refusal("REQUEST_MALFORMED", "a JSON body is due");
  const parsed = payloadValue(bytes);
  if (parsed === undefined)
    throw new Refusal("REQUEST_MALFORMED", "the body is not JSON text in UTF-8 of at most 64 levels");
  return { bytes, value: parsed.value };
};
