import type { ChannelView } from "../channel/view.ts";

/** What the REST faces need of the peer. */
export type RestOptions = {
  /** The channel of a request: by name or id, or the peer's first. */
  readonly channelOf: (name: string | undefined) => ChannelView | undefined;
  /** host:port of the peer's gRPC, as v1's status shows it. */
  readonly target: () => string;
  readonly bodyBytesMax: number;
  /** Requests that one address may make in a second. */
  readonly requestsPerSecond: number;
  /** Origins whose pages may submit by v1, besides the peer's own. */
  readonly pageOrigins: readonly string[];
  /** The directory of a built page to serve at the root. */
  readonly page: string | undefined;
  /** A request failed for a reason of our own: the client is told no more than that. */
  readonly onInternal: (error: unknown) => void;
};
