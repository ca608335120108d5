import { Metadata } from "@grpc/grpc-js";
import type { Channel } from "./channel.ts";
import type { NetworkEvent } from "./event.ts";
import type { Link } from "./link.ts";
import type { InboundStream } from "./listener.ts";
import type { PeerVerifier } from "./peer-identity.ts";
import { readHeader } from "./protocol.ts";
import { REFUSALS, type Status } from "./status.ts";
import type { Topology } from "./topology/topology.ts";

export type ReceptionOptions = {
  readonly self: string;
  readonly topology: Topology;
  /** How long a link may wait for its second lane. */
  readonly answerTimeoutMs: number;
  readonly channelOf: (channelId: string) => Channel | undefined;
  readonly verify: PeerVerifier;
  readonly authorize: (peerId: string, channelId: string, certificate: Uint8Array) => boolean;
  /** Ends the connection of a stream: it belongs to somebody who can never be a peer. */
  readonly cut: (stream: InboundStream) => void;
  readonly emit: (event: NetworkEvent) => void;
};

/** Ends a stream that came in. grpc-js sends as status what its `error` event carries. */
const hangUp = (stream: InboundStream, status: Status): void => {
  if (!stream.cancelled) stream.emit("error", Object.assign(new Error(status.details), status));
};

/**
 * Judges every stream that comes in, and joins the lanes of one session to a link. Of one peer and channel the newest
 * session alone lives: a peer that restarted, or whose connection broke without a word, must not wait for its old
 * streams to time out.
 */
export const createReception = (options: ReceptionOptions): ((stream: InboundStream) => void) => {
  const links = new Map<string, Link>();

  const refuse = (stream: InboundStream, status: Status, reason: string, peerId?: string): void => {
    options.emit({
      type: "refused",
      code: status.code,
      reason,
      ...(peerId === undefined ? {} : { peerId }),
    });
    hangUp(stream, status);
    if (status === REFUSALS.NOT_A_PEER) options.cut(stream);
  };

  return (stream) => {
    if (stream.cancelled) return;
    const shown = stream.getAuthContext().sslPeerCertificate?.raw;
    if (shown === undefined) return refuse(stream, REFUSALS.NOT_A_PEER, "no verified certificate");
    const verdict = options.verify(shown, Date.now());
    if (!verdict.ok) return refuse(stream, REFUSALS.NOT_A_PEER, verdict.reason);
    const { peerId, certificate } = verdict;
    const read = readHeader(stream.metadata);
    if (!read.ok) return refuse(stream, read.status, read.status.details, peerId);
    const { channelId, lane, session } = read.header;
    if (peerId === options.self || !options.topology.accepts(peerId))
      return refuse(stream, REFUSALS.TOPOLOGY, REFUSALS.TOPOLOGY.details, peerId);
    const channel = options.channelOf(channelId);
    if (channel === undefined)
      return refuse(stream, REFUSALS.NOT_A_MEMBER, `channel ${channelId} is not joined here`, peerId);
    if (!options.authorize(peerId, channelId, certificate))
      return refuse(stream, REFUSALS.NOT_A_MEMBER, `not a member of channel ${channelId}`, peerId);

    const key = `${channelId} ${peerId}`;
    let link = links.get(key);
    if (link === undefined || link.session !== session || link.has(lane)) {
      link?.close(REFUSALS.REPLACED);
      const begun = channel.link({ peerId, certificate, session }, (closed) => {
        clearTimeout(timer);
        if (links.get(key) === closed) links.delete(key);
      });
      const timer = setTimeout(() => {
        if (!begun.isUp()) begun.close(REFUSALS.TIMEOUT);
      }, options.answerTimeoutMs);
      links.set(key, begun);
      link = begun;
    }
    link.add(lane, stream, (status) => hangUp(stream, status));
    stream.sendMetadata(new Metadata());
    link.accept(lane);
    return undefined;
  };
};
