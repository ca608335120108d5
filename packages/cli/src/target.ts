import { resolve } from "node:path";
import type { CryptoSuite } from "@dure/crypto";
import { type Identity, readIdentity } from "@dure/crypto/x509";
import { clientDirectory } from "./devnet/clients.ts";
import { LOOPBACK, peerPorts } from "./devnet/ports.ts";
import { CliError } from "./error.ts";
import { type Devnet, findDevnet } from "./home/find-devnet.ts";

/** How a command names whom it talks to and as whom. */
export type TargetOptions = {
  readonly home?: string;
  readonly peer?: readonly string[];
  readonly as?: string;
  readonly identity?: string;
};

const restOf = (index: number, devnet: Devnet | undefined): string =>
  `http://${LOOPBACK}:${peerPorts(index, devnet?.settings.portOffset ?? 0).rest}`;

const checkUrl = (text: string): string => {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new CliError("PEER_URL", `${text} is no peer's address: give one such as http://127.0.0.1:9000`);
};

/** The REST addresses of the peers that are meant: those of `--peer`, or all of the devnet's, or the default one. */
export const peersOf = async ({ home, peer }: TargetOptions): Promise<readonly string[]> => {
  if (peer !== undefined) return peer.map(checkUrl);
  const devnet = await findDevnet(home, process.cwd());
  return Array.from({ length: devnet?.settings.peers ?? 1 }, (_, index) => restOf(index, devnet));
};

/** The REST address of the one peer that a command asks: the first of `peersOf`. */
export const peerOf = async (options: TargetOptions): Promise<string> => (await peersOf(options))[0]!;

/**
 * The identity that a command acts under: that of `--identity`, or the devnet's client of `--as`.
 *
 * @throws CliError `IDENTITY_MISSING`; IdentityError.
 */
export const identityOf = async (
  { home, as, identity }: TargetOptions,
  suite: CryptoSuite,
): Promise<Identity> => {
  if (identity !== undefined) return readIdentity(resolve(identity), suite);
  if (as === undefined || !/^[a-z0-9-]{1,32}$/.test(as))
    throw new CliError(
      "IDENTITY_MISSING",
      "say who signs: --as alice for a client of the devnet, or --identity with a directory",
    );
  const devnet = await findDevnet(home, process.cwd());
  if (devnet === undefined)
    throw new CliError(
      "HOME_MISSING",
      `no devnet's home is here, so ${as} is not known: name it with --home, or an identity's directory with --identity`,
    );
  return readIdentity(clientDirectory(devnet.home, as), suite);
};
