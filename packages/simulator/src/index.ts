/**
 * The shipped engine under a virtual clock: one seed is one history.
 *
 * Owns: the simulated clock, network, disks, clients and faulty validators (`Adversary`, `Twins`); the shell's effect
 * queue as the engine contract demands it; the invariants of specs/lft.md, checked as things happen; mutants, each
 * with one rule broken; the report and the fuzzing of messages and engines; a bench on which engines are driven by hand through an exact schedule; the command.
 * Guarantees: what runs is `@dure/consensus` as it ships, with no switch in it for tests; a history is a function of
 * its seed and options; a broken invariant names the seed that replays it.
 * Leaves to others: the shell that ships (node), bodies and execution, which are modelled (mempool, ledger,
 * score-host), and time on a real network (benchmarks).
 */

export { range, runSeeds, type Summary } from "./campaign.ts";
export { Bench } from "./lft/bench.ts";
export type { Mutant } from "./mutant.ts";
export { type Hunt, hunting, MUTANTS, type MutantName } from "./mutants.ts";
export { type Outcome, type SimulateOptions, type Stats, simulate } from "./run.ts";
export { createStubSuite } from "./stub-suite.ts";
export type { Invariant, Violation } from "./violation.ts";
export type { Weather } from "./weather.ts";
export type { Byzantine } from "./world.ts";
