import type { Lane } from "./lane.ts";

/** What an operator may want to see or count. Nothing depends on anybody listening. */
export type NetworkEvent =
  /** A link is up: both lanes are open. */
  | { readonly type: "up"; readonly peerId: string; readonly channelId: string }
  /** A link that was up is down. */
  | {
      readonly type: "down";
      readonly peerId: string;
      readonly channelId: string;
      readonly code: number;
      readonly reason: string;
    }
  /** No connection to a peer, or it is lost; it is dialled again after `retryMs`. */
  | {
      readonly type: "dial-failed";
      readonly peerId: string;
      readonly address: string;
      readonly reason: string;
      readonly retryMs: number;
    }
  /** The connection stands, but not the link for this channel; it is asked for again after `retryMs`. */
  | {
      readonly type: "link-failed";
      readonly peerId: string;
      readonly channelId: string;
      readonly code: number;
      readonly reason: string;
      readonly retryMs: number;
    }
  /** A stream from outside was refused. `peerId` is there if a certificate proved it. */
  | { readonly type: "refused"; readonly peerId?: string; readonly code: number; readonly reason: string }
  /** A frame was not sent: its queue is full, or it is larger than `frameBytesMax`. */
  | {
      readonly type: "dropped";
      readonly peerId: string;
      readonly channelId: string;
      readonly lane: Lane;
      readonly bytes: number;
      readonly reason: "queue-full" | "too-large";
    }
  /** A TCP connection was turned away: `connectionsMax` are open. */
  | { readonly type: "connections-full" }
  /** The operating system gave us no connection that was waiting: too many open files, most likely. */
  | { readonly type: "accept-failed"; readonly reason: string }
  /** An entry of the address book is not `host:port` and is not dialled. */
  | { readonly type: "address-invalid"; readonly peerId: string; readonly address: string };
