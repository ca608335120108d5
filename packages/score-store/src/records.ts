import type { JsonObject, ReadableState } from "@dure/score";
import type { PackageDeclaration } from "./package.ts";

/** What stands in the store's state (specs/score-store.md), and where. */

/** The store's own name as a SCORE. */
export const STORE = "score-store";

/** Who calls `applied`, and no transaction can: the host of each peer. */
export const HOST_ID: string = "0".repeat(64);

export type Action = "deploy" | "upgrade" | "rollback" | "disable";

/** A version as it is named everywhere. `hash` is empty for one whose source stands in the genesis. */
export type VersionName = { readonly version: string; readonly hash: string };

/** `active`: what runs, by SCORE; null for one that is disabled. One value, read at once. */
export type ActiveSet = { readonly [score: string]: VersionName | null };

/** `score/<name>`: how many versions and steps it has, what ran last, and which proposal will change that. */
export type ScoreRecord = {
  readonly versions: number;
  readonly steps: number;
  /** The index of the version that runs, or ran until it was disabled; -1: none ever did. */
  readonly current: number;
  /** The proposal that is scheduled for it; "" for none. */
  readonly scheduled: string;
};

/** `version/<name>/<index>`: a version that was registered, in order from 0. */
export type VersionRecord = VersionName & {
  readonly height: number;
  /** Whose administrator registered it; "" for the genesis. */
  readonly organisation: string;
  readonly migrate: boolean;
  readonly rollback: boolean;
  /** How it became active last: the index that it came from, -1 if from none. Undefined while it never did. */
  readonly from?: number;
  /** Whether that was an upgrade, which ran `migrate` if there is one. */
  readonly upgraded?: boolean;
};

/** `step/<name>/<index>`: an activation that was tried, in order from 0. */
export type StepRecord = VersionName & {
  readonly action: Action;
  /** The version before; "" for none. */
  readonly from: string;
  readonly height: number;
  readonly code: number;
  readonly message: string;
  readonly proposal: string;
};

/** `package/<hash>`: a package that was registered. Its parts stay where its organisation has put them. */
export type PackageRecord = {
  readonly score: string;
  readonly index: number;
  readonly parts: number;
  readonly organisation: string;
  readonly declaration: PackageDeclaration;
};

/** `uploads/<organisation>`: packages that are not registered yet, the oldest first. */
export type Upload = { readonly hash: string; readonly of: number };

export type ProposalStatus = "open" | "scheduled" | "applied" | "failed" | "withdrawn";

/** `proposal/<id>`: ids are whole numbers from 1, as texts. */
export type Proposal = VersionName & {
  readonly id: string;
  readonly action: Action;
  readonly score: string;
  /** Its index among the SCORE's versions; -1 to disable. */
  readonly index: number;
  /** The height that was asked for, 0 for the next; once it is scheduled, that one. */
  readonly height: number;
  readonly params: JsonObject;
  readonly status: ProposalStatus;
  readonly proposer: string;
  /** The organisations that approve, the proposer's first. */
  readonly approvals: readonly string[];
  /** Why it failed. */
  readonly message: string;
};

/** `due/<height>`: what the block of that height activates, in order. */
export type Due = { readonly proposal: string; readonly score: string };

/** How many activations one block has at most: each loads a contract. */
export const DUE_MAX = 8;

export const recordsOf = (state: ReadableState) => ({
  active: state.value<ActiveSet>("active"),
  scores: state.map<ScoreRecord>("score"),
  versions: state.map<VersionRecord>("version"),
  /** By `<name>/<version>` the index of the newest that has it. */
  newest: state.map<number>("newest"),
  steps: state.map<StepRecord>("step"),
  packages: state.map<PackageRecord>("package"),
  /** By `<hash>/<organisation>/<index>`. */
  parts: state.map<string>("part"),
  uploads: state.map<readonly Upload[]>("uploads"),
  count: state.value<number>("proposals"),
  proposals: state.map<Proposal>("proposal"),
  due: state.map<readonly Due[]>("due"),
});

export type Records = ReturnType<typeof recordsOf>;
