import { LOOPBACK, peerPorts } from "./devnet/ports.ts";
import { CliError } from "./error.ts";
import { type Devnet, findDevnet } from "./home/find-devnet.ts";

/** How a command is told whom it asks. */
export type PeerOptions = {
  readonly home?: string;
  readonly peer?: readonly string[];
  readonly channel?: string;
};

const restOf = (index: number, devnet: Devnet | undefined): string =>
  `http://${LOOPBACK}:${peerPorts(index, devnet?.settings.portOffset ?? 0).rest}`;

const checkUrl = (text: string): string => {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new CliError("PEER_URL", `${text} is no peer's address: give one such as http://127.0.0.1:9000`);
};

/** The REST addresses of the peers that are meant: those of `--peer`, or all of the devnet's, or the default one. */
export const peersOf = async ({ home, peer }: PeerOptions): Promise<readonly string[]> => {
  if (peer !== undefined) return peer.map(checkUrl);
  const devnet = await findDevnet(home, process.cwd());
  return Array.from({ length: devnet?.settings.peers ?? 1 }, (_, index) => restOf(index, devnet));
};

/** The REST address of the one peer that a command asks: the first of `peersOf`. */
export const peerOf = async (options: PeerOptions): Promise<string> => (await peersOf(options))[0]!;

/** A path with the channel that is meant, if one is named. */
export const inChannel = (path: string, channel: string | undefined): string =>
  channel === undefined
    ? path
    : `${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams({ channel })}`;
