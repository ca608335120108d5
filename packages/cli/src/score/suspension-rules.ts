import { createSodiumSuite } from "@dure/crypto/sodium";
import { certificateIssuedBy, parseCertificate } from "@dure/crypto/x509";
import { judgeAt, judgeIssue, type SuspensionRules } from "@dure/membership";
import { fromBase64 } from "@dure/types";
import type { PeerOptions } from "../acting-peer.ts";
import { type Current, currentOf } from "../configuration/current.ts";
import { CliError } from "../error.ts";

type Row = Readonly<Record<string, unknown>>;

const rowsOf = ({ url, answer }: Current, field: string): readonly Row[] => {
  const rows = answer[field];
  if (Array.isArray(rows)) return rows as readonly Row[];
  throw new CliError("PEER_ANSWER", `${url} did not tell its ${field}: is it a peer of dure?`);
};

/** A peer, and by what its channel judges approvals now. */
export type PeerRules = { readonly url: string; readonly rules: SuspensionRules };

/**
 * How a peer's channel judges who approves, by what holds there now. It is the peer's word, and every peer judges for
 * itself: this only tells early what would be refused.
 *
 * @throws CliError `PEER_ANSWER`; ClientError where the peer gives no answer.
 */
export const suspensionRules = async (options: PeerOptions): Promise<PeerRules> => {
  const suite = createSodiumSuite();
  const current = await currentOf(options);
  const organisations = rowsOf(current, "organisations").map(({ name, root }) => ({
    name: String(name),
    root: fromBase64(String(root)) ?? new Uint8Array(),
  }));
  const revoked = new Set(
    rowsOf(current, "revoked").map(({ organisation, serial }) => `${organisation} ${serial}`),
  );
  const revocations = { has: (name: string, serial: string) => revoked.has(`${name} ${serial}`) };
  const speakerOf: SuspensionRules["speakerOf"] = (der) => {
    const parsed = parseCertificate(der);
    if (!parsed.ok) return { ok: false, code: "CERTIFICATE_MALFORMED", message: parsed.message };
    const { certificate } = parsed;
    const judged = judgeIssue({ organisations }, certificate, (root) => {
      const authority = parseCertificate(root);
      return authority.ok && certificateIssuedBy(suite, certificate, authority.certificate);
    });
    if (!judged.ok) return judged;
    const verdict = judgeAt({ revoked: revocations }, judged.issued, Date.now());
    return verdict.ok ? judged.issued.identity : verdict;
  };
  return { url: current.url, rules: { suite, channelId: current.channelId, organisations, speakerOf } };
};
