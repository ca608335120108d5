import { join } from "node:path";
import { z } from "zod";
import { readIfPresent, writeAtomically } from "./atomic-file.ts";
import { RadioStationError } from "./error.ts";
import { Registration } from "./protocol.ts";
import { type Reply, refuse } from "./refusal.ts";
import { serially } from "./serially.ts";

/** The registered peers in order of registration, on disk before anyone is told of them. */
export type Directory = {
  list(): readonly Registration[];
  find(peerId: string): Registration | undefined;
  /**
   * Registers a peer, or notes its new addresses, certificate and consensus key: who replaces a lost key says so here,
   * and a channel learns it by a change of its configuration. Its order stays: a channel may have been founded on it.
   */
  register(peer: Omit<Registration, "order">): Promise<Reply<Registration>>;
  /** Notes a registered peer's renewed certificate (DER in base64). Does nothing for others. */
  renew(peerId: string, certificate: string): Promise<void>;
};

/** A consortium has tens of peers; the bound keeps an unruly one from filling the disk. */
const PEERS_MAX = 4096;

const DirectoryFile = z.strictObject({ version: z.literal(1), peers: z.array(Registration) });

const load = async (file: string): Promise<readonly Registration[]> => {
  const text = await readIfPresent(file);
  if (text === undefined) return [];
  try {
    return DirectoryFile.parse(JSON.parse(text)).peers;
  } catch (cause) {
    throw new RadioStationError("HOME_DAMAGED", `${file} is damaged: restore it from a backup`, { cause });
  }
};

/**
 * Opens the directory of a home.
 *
 * @throws RadioStationError `HOME_DAMAGED`.
 */
export const openDirectory = async (home: string): Promise<Directory> => {
  const file = join(home, "directory.json");
  const inOrder = serially();
  let peers = await load(file);

  const keep = async (next: readonly Registration[]): Promise<void> => {
    await writeAtomically(file, JSON.stringify({ version: 1, peers: next }));
    peers = next;
  };
  const find = (peerId: string) => peers.find((peer) => peer.peerId === peerId);
  const replace = (peer: Registration) =>
    keep(peers.map((each) => (each.peerId === peer.peerId ? peer : each)));

  const add = async (peer: Omit<Registration, "order">): Promise<Reply<Registration>> => {
    if (peers.length >= PEERS_MAX)
      return refuse("DIRECTORY_FULL", `the directory holds ${PEERS_MAX} peers already`);
    const added = { ...peer, order: (peers.at(-1)?.order ?? 0) + 1 };
    await keep([...peers, added]);
    return { ok: true, value: added };
  };

  const register = async (peer: Omit<Registration, "order">): Promise<Reply<Registration>> => {
    const holder = peers.find((each) => each.consensusPublicKey === peer.consensusPublicKey);
    if (holder !== undefined && holder.peerId !== peer.peerId)
      return refuse("KEY_CONFLICT", `this consensus key is ${holder.peerId}'s: give each peer its own`);
    const known = find(peer.peerId);
    if (known === undefined) return add(peer);
    const renewed = { ...peer, order: known.order, registeredAtMs: known.registeredAtMs };
    if (JSON.stringify(Registration.parse(renewed)) !== JSON.stringify(Registration.parse(known)))
      await replace(renewed);
    return { ok: true, value: renewed };
  };

  return {
    list: () => peers,
    find,
    register: (peer) => inOrder(() => register(peer)),
    renew: (peerId, certificate) =>
      inOrder(async () => {
        const known = find(peerId);
        if (known !== undefined) await replace({ ...known, certificate });
      }),
  };
};
