/** The score hosts of a devnet's peers, as their logs tell of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Devnet } from "./harness.ts";

/** A line of a peer's log that tells of a score host. */
type HostEvent = {
  readonly type: string;
  readonly purpose?: "blocks" | "queries";
  readonly pid?: number;
};

/** All that a peer's log says of its score hosts, from the start. */
export const hostEventsOf = (devnet: Devnet, peer: number): readonly HostEvent[] =>
  readFileSync(join(devnet.home, "logs", `peer${peer}.log`), "utf8")
    .split("\n")
    .filter((line) => line.includes('"score host"'))
    .map((line) => (JSON.parse(line) as { readonly event: HostEvent }).event);

/** The process that executes a peer's blocks; undefined while there is none. */
export const blockHostOf = (devnet: Devnet, peer: number): number | undefined => {
  const last = hostEventsOf(devnet, peer)
    .filter(({ purpose }) => purpose === "blocks")
    .at(-1);
  return last?.type === "started" ? last.pid : undefined;
};
