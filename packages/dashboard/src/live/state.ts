import type { ConsensusAnswer } from "../answers.ts";
import type { Cell, Schedule } from "./cell.ts";
import { createCells } from "./cell.ts";
import { createFeed, type FeedView } from "./feed.ts";
import type { Sent } from "./sent.ts";

/** Whom the page listens to, and how well. */
export type Link = {
  /** `looking`: before the first answer; `live`: events arrive; `lost`: no peer answers now. */
  readonly phase: "looking" | "live" | "lost";
  readonly url: string | undefined;
};

/** A peer as the table shows it. `silent` peers gave no answer when they were last asked. */
export type PeerRow = {
  readonly id: string;
  readonly url: string | undefined;
  readonly state: "unknown" | "online" | "silent" | "halted" | "elsewhere";
  readonly height: number | undefined;
  readonly executedHeight: number | undefined;
  readonly links: number | undefined;
};

/** Something that happened and that the reader should know: a peer fell silent and another one took its place. */
export type Notice = { readonly from: string; readonly to: string };

export type Channel = { readonly id: string; readonly name: string };

/** A genesis document from a file of the reader's. */
export type GenesisFile = { readonly name: string; readonly text: string };

/** Everything that the views watch. */
export type State = {
  readonly channel: Cell<Channel | undefined>;
  readonly link: Cell<Link>;
  readonly notice: Cell<Notice | undefined>;
  readonly consensus: Cell<ConsensusAnswer | undefined>;
  readonly peers: Cell<readonly PeerRow[]>;
  readonly feed: Cell<FeedView>;
  readonly sent: Cell<readonly Sent[]>;
  /** The genesis document that the reader opened to check proofs against; without one the peer's is taken. */
  readonly ownGenesis: Cell<GenesisFile | undefined>;
};

/** The state before anything is known. */
export const createState = (schedule: Schedule): State => {
  const cell = createCells(schedule);
  return {
    channel: cell<Channel | undefined>(undefined),
    link: cell<Link>({ phase: "looking", url: undefined }),
    notice: cell<Notice | undefined>(undefined),
    consensus: cell<ConsensusAnswer | undefined>(undefined),
    peers: cell<readonly PeerRow[]>([]),
    feed: cell(createFeed().view()),
    sent: cell<readonly Sent[]>([]),
    ownGenesis: cell<GenesisFile | undefined>(undefined),
  };
};
