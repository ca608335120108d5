import { join } from "node:path";
import type { PeerAddress } from "@dure/network";
import { readIfPresent, writeAtomically } from "../atomic-file.ts";
import { CliError } from "../error.ts";

export type AddressBook = {
  /** Everyone's address, sorted by id. */
  list(): readonly PeerAddress[];
  /** Notes what the RadioStation's directory says, and keeps it on disk. True if that changed anything. */
  learn(peers: readonly PeerAddress[]): Promise<boolean>;
};

const VERSION = 1;

const parse = (path: string, text: string): readonly PeerAddress[] => {
  try {
    const { version, peers } = JSON.parse(text) as { version: unknown; peers: readonly PeerAddress[] };
    const isBook =
      version === VERSION &&
      Array.isArray(peers) &&
      peers.every(({ id, address }) => typeof id === "string" && /^\S+:\d{1,5}$/.test(address));
    if (isBook) return peers;
  } catch (cause) {
    throw new CliError(
      "PEERS_DAMAGED",
      `${path} is not JSON: delete it, the RadioStation knows its content`,
      {
        cause,
      },
    );
  }
  throw new CliError(
    "PEERS_DAMAGED",
    `${path} is not an address book: delete it, the RadioStation knows its content`,
  );
};

/**
 * Opens the address book of a peer's home, `peers.json`, by which it finds the others while the RadioStation is gone.
 *
 * @param byHand addresses of the configuration file, used for peers that the RadioStation does not know.
 * @throws CliError `PEERS_DAMAGED`.
 */
export const openAddressBook = async (home: string, byHand: readonly PeerAddress[]): Promise<AddressBook> => {
  const path = join(home, "peers.json");
  const text = await readIfPresent(path);
  const merge = (peers: readonly PeerAddress[]): readonly PeerAddress[] => {
    const all = new Map([...byHand, ...peers].map((peer) => [peer.id, peer]));
    return [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  let known = text === undefined ? [] : parse(path, text);
  return {
    list: () => merge(known),
    learn: async (peers) => {
      const next = peers.map(({ id, address }) => ({ id, address }));
      if (JSON.stringify(next) === JSON.stringify(known)) return false;
      await writeAtomically(path, `${JSON.stringify({ version: VERSION, peers: next }, null, 2)}\n`);
      known = next;
      return true;
    },
  };
};
