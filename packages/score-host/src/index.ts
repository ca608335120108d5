/**
 * Runs SCOREs: packs a contract into one script text, executes blocks of calls and answers queries in
 * sandbox processes, and keeps those processes alive.
 *
 * Guarantees: a contract sees its parameters, its own state, its sender and its block, and nothing of the
 * machine; each call is atomic; outcomes are the same on every peer, whatever the cache held, however often
 * a process died, and in whatever order queries came between. Where that cannot be kept (an endless loop,
 * memory used up, runaway recursion), execution halts with EXECUTION_HALTED and gives no receipt at all.
 * Whatever a sandbox process does or sends, the peer itself goes on.
 *
 * Leaves to others: storing state and receipts (@dure/ledger), what the contracts say (@dure/score), and
 * which SCOREs a channel has (its configuration). Bounds that decide receipts stand in bounds.ts.
 */
export { type HaltedCall, ScoreHostError, type ScoreHostErrorCode } from "./error.ts";
export {
  createScoreHost,
  type ScoreHost,
  type ScoreHostEvent,
  type ScoreHostOptions,
  type ScoreHostStatus,
} from "./host.ts";
export { detectContainment, type Layers, permissionFlag } from "./layers.ts";
export type { ScoreHostLimits } from "./limits.ts";
export type {
  Activation,
  Block,
  Call,
  Code,
  Executed,
  Genesis,
  Outcome,
  QueryCall,
  QueryOutcome,
  Read,
  ScoreEvent,
  ScoreSource,
  Suspended,
  Write,
} from "./outcome.ts";
export { pack, packTraced, type TracedScore } from "./pack.ts";
