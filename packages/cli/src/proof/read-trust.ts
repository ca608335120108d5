import type { CryptoSuite } from "@dure/crypto";
import { type Trust, trustOf } from "@dure/ledger/proof";
import { CliError } from "../error.ts";
import { findDevnet } from "../home/find-devnet.ts";
import { genesisFileOf } from "../home/genesis-file.ts";
import { readGivenFile } from "./read-given-file.ts";

/** How a command is told what to trust. */
export type TrustOptions = { readonly genesis?: string; readonly home?: string };

/** More than any genesis document has: 2^24 characters of at most three bytes. */
const BYTES_MAX = 48 << 20;

const pathOf = async ({ genesis, home }: TrustOptions): Promise<string> => {
  if (genesis !== undefined) return genesis;
  const devnet = await findDevnet(home, process.cwd());
  if (devnet !== undefined) return genesisFileOf(devnet.home);
  throw new CliError(
    "USAGE",
    "name the channel's genesis document with --genesis: a proof shows something only to who has it from elsewhere",
  );
};

/**
 * The trust that a genesis document gives: the file of `--genesis`, or the one in the devnet's home. It is never asked
 * of a peer.
 *
 * @throws CliError `USAGE` if there is none, `FILE_UNREADABLE`, `GENESIS_MALFORMED`.
 */
export const readTrust = async (options: TrustOptions, suite: CryptoSuite): Promise<Trust> => {
  const path = await pathOf(options);
  const trusted = trustOf(suite, await readGivenFile(path, BYTES_MAX));
  if (trusted.ok) return trusted.trust;
  throw new CliError(trusted.code, `${path} is no genesis document: ${trusted.message}`);
};
