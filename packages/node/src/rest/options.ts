import type { ChannelView } from "../channel/view.ts";

/** What the REST faces need of the peer. */
export type RestOptions = {
  /** The channel of a request: by name or id, or the peer's first. */
  readonly channelOf: (name: string | undefined) => ChannelView | undefined;
  /** host:port of the peer's gRPC, as v1's status shows it. */
  readonly target: () => string;
  readonly bodyBytesMax: number;
  /** A request failed for a reason of our own: the client is told no more than that. */
  readonly onInternal: (error: unknown) => void;
};
