import { resolve } from "node:path";
import type { CryptoSuite } from "@dure/crypto";
import { type Identity, readIdentity } from "@dure/crypto/x509";
import { CliError } from "./error.ts";
import { clientDirectory } from "./home/client-directory.ts";
import { findDevnet } from "./home/find-devnet.ts";

/** How a command is told who signs. */
export type IdentityOptions = { readonly home?: string; readonly as?: string; readonly identity?: string };

/**
 * The identity that a command acts under: that of `--identity`, or the devnet's client of `--as`.
 *
 * @throws CliError `IDENTITY_MISSING` or `HOME_MISSING`; IdentityError.
 */
export const identityOf = async (
  { home, as, identity }: IdentityOptions,
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
