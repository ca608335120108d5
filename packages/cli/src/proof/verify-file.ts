import { createSodiumSuite } from "@dure/crypto/sodium";
import { verifyProofText } from "@dure/ledger/proof";
import { CliError } from "../error.ts";
import { describeFacts, factsObject } from "./describe-facts.ts";
import { readGivenFile } from "./read-given-file.ts";
import { readTrust, type TrustOptions } from "./read-trust.ts";

/** More than any proof has: 64 MiB of parts, in base64 and with the spaces between. */
const BYTES_MAX = 128 << 20;

/** What a proof shows, for programs and for people. */
export type Shown = { readonly object: object; readonly text: () => string };

/**
 * Verifies the proof in a file by the genesis document that the options mean, and by nothing else.
 *
 * @throws CliError with the code that refuses the proof, or as `readTrust` and `readGivenFile`.
 */
export const verifyFile = async (path: string, options: TrustOptions): Promise<Shown> => {
  if (path === "-" && options.genesis === "-")
    throw new CliError("USAGE", "the proof and the genesis document cannot both come from stdin");
  const suite = createSodiumSuite();
  const trust = await readTrust(options, suite);
  const verdict = verifyProofText(trust, await readGivenFile(path, BYTES_MAX));
  if (!verdict.ok) throw new CliError(verdict.code, `${path} proves nothing: ${verdict.message}`);
  return { object: factsObject(trust, verdict), text: () => describeFacts(trust, verdict) };
};
