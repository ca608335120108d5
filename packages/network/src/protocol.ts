import { Metadata, type ServiceDefinition } from "@grpc/grpc-js";
import { isLane, type Lane } from "./lane.ts";
import { REFUSALS, type Status } from "./status.ts";

/** The version of what this package puts on the wire (see peer.proto); a peer of another version is refused. */
export const PROTOCOL_VERSION = "1";

export const STREAM_PATH = "/dure.peer.v1.Peer/Stream";

const KEYS = {
  version: "dure-protocol",
  channel: "dure-channel",
  lane: "dure-lane",
  session: "dure-session",
} as const;

const CHANNEL_ID = /^[0-9a-f]{64}$/;
const SESSION = /^[0-9a-f]{32}$/;

/** True for a channel id in text: 32 bytes in lower-case hex. */
export const isChannelId = (text: string): boolean => CHANNEL_ID.test(text);

/** A message is its bytes: frames are opaque, so a protobuf envelope would add a copy and say nothing. */
const rawOf = (frame: Buffer): Buffer => frame;

/** How one frame travels in either direction. */
export const raw = { serialize: rawOf, deserialize: rawOf };

/** The service definition, written by hand because its messages are raw bytes. */
export const peerService = {
  stream: {
    path: STREAM_PATH,
    requestStream: true,
    responseStream: true,
    requestSerialize: raw.serialize,
    requestDeserialize: raw.deserialize,
    responseSerialize: raw.serialize,
    responseDeserialize: raw.deserialize,
  },
} satisfies ServiceDefinition;

/** What the dialler says when it opens a stream. Who it is, is *not* here: that comes from its certificate. */
export type StreamHeader = {
  readonly channelId: string;
  readonly lane: Lane;
  /** 16 random bytes in hex, equal for the two lanes of one link, new for every attempt. */
  readonly session: string;
};

/** The gRPC metadata of a header. */
export const writeHeader = (header: StreamHeader): Metadata => {
  const metadata = new Metadata();
  metadata.set(KEYS.version, PROTOCOL_VERSION);
  metadata.set(KEYS.channel, header.channelId);
  metadata.set(KEYS.lane, header.lane);
  metadata.set(KEYS.session, header.session);
  return metadata;
};

const only = (metadata: Metadata, key: string): string => {
  const values = metadata.get(key);
  return values.length === 1 ? String(values[0]) : "";
};

/** Reads a header strictly: every key exactly once, version 1. Never throws. */
export const readHeader = (
  metadata: Metadata,
): { readonly ok: true; readonly header: StreamHeader } | { readonly ok: false; readonly status: Status } => {
  if (only(metadata, KEYS.version) !== PROTOCOL_VERSION) return { ok: false, status: REFUSALS.VERSION };
  const channelId = only(metadata, KEYS.channel);
  const lane = only(metadata, KEYS.lane);
  const session = only(metadata, KEYS.session);
  if (!isChannelId(channelId) || !isLane(lane) || !SESSION.test(session))
    return { ok: false, status: REFUSALS.HEADER };
  return { ok: true, header: { channelId, lane, session } };
};
