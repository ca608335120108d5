import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CryptoSuite } from "@dure/crypto";
import { certificateIssuedBy, derOfPem, parseCertificate } from "@dure/crypto/x509";
import { DEFAULTS, formatGenesis, parseGenesis } from "@dure/membership";
import type { Registration } from "@dure/radiostation";
import { STORE } from "@dure/score-store";
import { CliError } from "../error.ts";
import type { Foundation } from "./found-file.ts";

/** The DER of an organisation's root, in base64, once it is shown that it issued every founder's certificate. */
const rootOf = async (
  home: string,
  founders: readonly Registration[],
  suite: CryptoSuite,
): Promise<{ readonly name: string; readonly root: string }> => {
  const path = join(home, "root.pem");
  const der = derOfPem("CERTIFICATE", await readFile(path, "utf8"));
  const parsed = der && parseCertificate(der);
  if (!parsed?.ok) throw new CliError("HOME_DAMAGED", `${path} is no certificate: restore it from a backup`);
  const root = parsed.certificate;
  for (const { peerId, certificate } of founders) {
    const founder = parseCertificate(Buffer.from(certificate, "base64"));
    if (!founder.ok || !certificateIssuedBy(suite, founder.certificate, root))
      throw new CliError(
        "HOME_DAMAGED",
        `${path} did not issue ${peerId}'s certificate: restore it from a backup`,
      );
  }
  return { name: root.organisation, root: Buffer.from(root.der).toString("base64") };
};

/**
 * The genesis document of a channel: the founders validate with equal weight, in order of registration, under the one
 * organisation of the RadioStation's home.
 *
 * @param home the RadioStation's home, whose `root.pem` is the organisation's root.
 * @returns the document's canonical text.
 * @throws CliError `GENESIS_REFUSED` where a setting is not as specs/genesis.md says, or `HOME_DAMAGED`.
 */
export const composeGenesis = async (
  home: string,
  foundation: Foundation,
  founders: readonly Registration[],
  { nowMs, suite }: { readonly nowMs: number; readonly suite: CryptoSuite },
): Promise<string> => {
  const { policies, limits, consensus, scores } = foundation;
  // The store is there for administrators: what names no SCORE is not meant for it.
  const { defaultScore = scores.find(({ name }) => name !== STORE)?.name ?? "" } = foundation;
  const text = formatGenesis({
    format: "dure/genesis/1",
    name: foundation.channel,
    timestampMs: nowMs,
    organisations: [await rootOf(home, founders, suite)],
    validators: founders.map(({ peerId, consensusPublicKey }) => ({
      id: peerId,
      publicKey: consensusPublicKey,
      weight: 1,
    })),
    followers: [],
    policies: { ...DEFAULTS.policies, ...policies },
    limits: { ...DEFAULTS.limits, ...limits },
    consensus: { ...DEFAULTS.consensus, ...consensus },
    revoked: [],
    scores: [...scores],
    defaultScore,
  });
  const parsed = parseGenesis(suite, text);
  if (parsed.ok) return text;
  throw new CliError(
    "GENESIS_REFUSED",
    `the genesis of ${foundation.channel} is refused: ${parsed.message}. Correct the file of --found and start again`,
  );
};
