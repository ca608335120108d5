/**
 * The `dure` command.
 *
 * Owns: the command line and what it prints; the devnet (`devnet/`: its home, ports, processes and their restarts);
 * a peer's home beside its channels (`peer/`: identity, consensus key, trust anchor, address book) and its dealings
 * with the RadioStation; the making of a genesis document from a file (`station/`).
 * Guarantees: nothing is overwritten or deleted that is not recognisably its own; errors are one sentence that says
 * what to do, with a stable code and an exit status other than 0; no process outlives the devnet that started it.
 * Leaves to others: what a peer does (node), what a RadioStation does (radiostation), how one talks to them (client).
 */
export { EXIT, run } from "./run.ts";
