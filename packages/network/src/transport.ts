import assert from "node:assert/strict";
import { type Channel, type ChannelHandlers, createChannel } from "./channel.ts";
import { openConnection } from "./connection.ts";
import { createDialler, type Dialler } from "./dialler.ts";
import type { NetworkEvent } from "./event.ts";
import type { Lane } from "./lane.ts";
import { DEFAULT_TIMING, type Limits, limitsOf, type Timing } from "./limits.ts";
import { createListener, type Listener } from "./listener.ts";
import { ListenerCredentials } from "./listener-credentials.ts";
import { checkIdentity, createPeerVerifier, type TransportIdentity } from "./peer-identity.ts";
import { isChannelId } from "./protocol.ts";
import { createReception } from "./reception.ts";
import { REFUSALS } from "./status.ts";
import type { Topology } from "./topology/topology.ts";

export type TransportOptions = {
  /** This peer's id, `<name>.<organisation>`: the common name of its certificate. */
  readonly self: string;
  /** The address to listen on. */
  readonly host: string;
  /** The port to listen on; 0 for a free one. */
  readonly port: number;
  readonly identity: TransportIdentity;
  readonly topology: Topology;
  /**
   * Decides whether a peer, proven by its certificate (DER), takes part in a channel: revocation and membership are
   * judged here. Asked at every new link on both sides, and by `review`. Must not throw.
   */
  readonly authorize: (peerId: string, channelId: string, certificate: Uint8Array) => boolean;
  readonly limits?: Partial<Limits>;
  readonly timing?: Partial<Timing>;
  readonly onEvent?: (event: NetworkEvent) => void;
};

/** An entry of the address book. The address is `host:port`; an IPv6 host stands in brackets. */
export type PeerAddress = { readonly id: string; readonly address: string };

/** What a joined channel can do. */
export type Membership = {
  /**
   * Gives a frame to the connection with a peer, in order within its lane. The frame must not be changed afterwards.
   *
   * @returns false, and the frame is dropped, if the peer is not connected, the lane's queue is full, or the frame is
   * larger than `frameBytesMax`. True promises no delivery: the link may break.
   */
  send(to: string, lane: Lane, frame: Uint8Array): boolean;
  /** Ends the channel's links. `onDown` is called for those that were up. */
  leave(): void;
};

export type Transport = {
  /** Begins to listen and to dial. @throws NetworkError `PORT_IN_USE` or `LISTEN_FAILED`. */
  start(): Promise<{ port: number }>;
  /**
   * Replaces the address book: whom to dial, and where. A new or changed address is dialled at once, a missing one is
   * dropped. Peers that dial us need no entry: `authorize` decides about them.
   */
  setPeers(peers: readonly PeerAddress[]): void;
  /** Takes part in a channel. @throws RangeError if the id is not 64 hex digits or the channel is joined already. */
  join(channelId: string, handlers: ChannelHandlers): Membership;
  /** The peers that are up in a channel, sorted. */
  connected(channelId: string): readonly string[];
  /**
   * Uses another certificate, key and roots from the next handshake on. Links stay, except those whose certificate the
   * new roots do not cover. @throws NetworkError `IDENTITY_INVALID`; the old identity then stays in use.
   */
  setIdentity(identity: TransportIdentity): void;
  /** Judges every link again (expiry, roots, `authorize`) and ends those that fail: after a change of membership. */
  review(): void;
  /** Ends everything. `onDown` is called for links that were up. */
  close(): Promise<void>;
};

const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):[0-9]{1,5}$/;

/**
 * A transport that has not begun.
 *
 * @throws NetworkError `IDENTITY_INVALID`, RangeError for limits that contradict each other.
 */
export const createTransport = (options: TransportOptions): Transport => {
  const { self, topology, authorize } = options;
  const limits = limitsOf(options.limits);
  const timing: Timing = { ...DEFAULT_TIMING, ...options.timing };
  const emit = options.onEvent ?? (() => undefined);
  checkIdentity(self, options.identity);

  let identity = options.identity;
  let verify = createPeerVerifier(identity.rootsPem);
  let book: readonly PeerAddress[] = [];
  let state: "new" | "started" | "closed" = "new";
  const channels = new Map<string, Channel>();
  const diallers = new Map<string, Dialler>();
  const credentials = new ListenerCredentials(identity, timing.answerTimeoutMs);

  const listener: Listener = createListener({
    host: options.host,
    port: options.port,
    credentials,
    limits,
    timing,
    emit,
    onStream: createReception({
      self,
      topology,
      authorize,
      emit,
      cut: (stream) => listener.cut(stream),
      answerTimeoutMs: timing.answerTimeoutMs,
      verify: (der, atMs) => verify(der, atMs),
      channelOf: (channelId) => channels.get(channelId),
    }),
  });

  const dial = ({ id, address }: PeerAddress): void => {
    const dialler = createDialler({
      peerId: id,
      address,
      timing,
      authorize,
      emit,
      connect: () => openConnection({ peerId: id, address, identity, verify, limits, timing }),
    });
    diallers.set(id, dialler);
    for (const channel of channels.values()) dialler.join(channel);
  };

  const dialBook = (): void => {
    if (state !== "started") return;
    const wanted = new Map(book.map((entry) => [entry.id, entry]));
    for (const [id, dialler] of diallers) {
      if (wanted.get(id)?.address === dialler.address) continue;
      diallers.delete(id);
      dialler.close(REFUSALS.MOVED);
    }
    for (const entry of wanted.values()) {
      const dialler = diallers.get(entry.id);
      if (dialler) dialler.hurry();
      else if (ADDRESS.test(entry.address)) dial(entry);
      else emit({ type: "address-invalid", peerId: entry.id, address: entry.address });
    }
  };

  const review = (): void => {
    const atMs = Date.now();
    for (const channel of channels.values())
      channel.review(
        ({ peerId, certificate }) =>
          verify(certificate, atMs).ok && authorize(peerId, channel.id, certificate),
      );
  };

  return {
    start: async () => {
      assert.equal(state, "new", "a transport starts once");
      const bound = await listener.start();
      state = "started";
      dialBook();
      return bound;
    },
    setPeers: (peers) => {
      const next = peers.filter(({ id }) => id !== self && topology.dials(id));
      // The same book again is no reason to cut the waiting short.
      if (JSON.stringify(next) === JSON.stringify(book)) return;
      book = next.map(({ id, address }) => ({ id, address }));
      dialBook();
    },
    join: (channelId, handlers) => {
      if (!isChannelId(channelId)) throw new RangeError("a channel id is 64 lower-case hex digits");
      if (channels.has(channelId)) throw new RangeError(`channel ${channelId} is joined already`);
      const channel = createChannel({ id: channelId, handlers, limits, emit });
      channels.set(channelId, channel);
      for (const dialler of diallers.values()) dialler.join(channel);
      return {
        send: channel.send,
        leave: () => {
          if (channels.get(channelId) !== channel) return;
          channels.delete(channelId);
          for (const dialler of diallers.values()) dialler.leave(channelId);
          channel.close(REFUSALS.LEFT);
        },
      };
    },
    connected: (channelId) => channels.get(channelId)?.connected() ?? [],
    setIdentity: (next) => {
      checkIdentity(self, next);
      identity = next;
      verify = createPeerVerifier(next.rootsPem);
      credentials.replace(next);
      review();
    },
    review,
    close: async () => {
      if (state === "closed") return;
      state = "closed";
      for (const dialler of diallers.values()) dialler.close(REFUSALS.CLOSING);
      diallers.clear();
      for (const channel of channels.values()) channel.close(REFUSALS.CLOSING);
      channels.clear();
      await listener.close();
    },
  };
};
