import type { Command } from "commander";
import { gather } from "../arguments.ts";
import { withOutput } from "./output.ts";

/** Adds the options by which a command finds a peer. */
export const withPeer = (command: Command): Command =>
  withOutput(command)
    .option(
      "--peer <url>",
      "REST address of a peer (default: the devnet's, or http://127.0.0.1:9000)",
      gather,
    )
    .option("--home <dir>", "the devnet's home (default: the nearest .dure here or above)")
    .option("--channel <name>", "the channel (default: the peer's first)");

/** Adds the options by which a command knows who signs. */
export const withIdentity = (command: Command): Command =>
  command
    .option("--as <name>", "sign as this client of the devnet: alice, bob or admin")
    .option("--identity <dir>", "sign with the identity in this directory");
