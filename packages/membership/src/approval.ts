import type { Bytes, CryptoSuite } from "@dure/crypto";
import { fromBase64, toBase64 } from "@dure/types";
import { z } from "zod";
import { list } from "./genesis-schema.ts";
import type { Refusal } from "./identity.ts";

/** What administrators approve by signing: a change of the configuration, or a suspension. */

/** An administrator's word: its certificate's DER, and its signature over the statement of what is approved. */
export type Approval = { readonly certificate: Bytes; readonly signature: Bytes };

const Base64 = (bytesMax: number) => z.string().max(Math.ceil(bytesMax / 3) * 4);

/** Approvals as they are written: base64 of both. */
export const Approvals = list(z.strictObject({ certificate: Base64(4_096), signature: Base64(64) }), 0, 256);
type Written = z.infer<typeof Approvals>;

export const writeApprovals = (approvals: readonly Approval[]): Written =>
  approvals.map(({ certificate, signature }) => ({
    certificate: toBase64(certificate),
    signature: toBase64(signature),
  }));

/** The approvals that are written, or undefined where one is no base64 of a certificate and of a signature. */
export const readApprovals = (written: Written): readonly Approval[] | undefined => {
  const read: Approval[] = [];
  for (const { certificate, signature } of written) {
    const approval = { certificate: fromBase64(certificate), signature: fromBase64(signature) };
    if (approval.certificate === undefined || approval.signature?.length !== 64) return undefined;
    read.push({ certificate: approval.certificate, signature: approval.signature });
  }
  return read;
};

/** Who speaks for something: an identity that the channel's organisations issued, valid and not revoked. */
export type Speaker = {
  readonly organisation: string;
  readonly roles: readonly string[];
  readonly publicKey: Bytes;
};

const isRefusal = (value: Speaker | Refusal): value is Refusal => "ok" in value;

/** By what approvals are judged. */
export type ApprovalRules = {
  readonly suite: CryptoSuite;
  /** Whose certificate this is, or why it counts for nobody. */
  readonly speakerOf: (certificate: Bytes) => Speaker | Refusal;
};

/**
 * The organisations whose administrators approve a statement, beside those that do anyway; or why one of the approvals
 * does not count, in a sentence.
 */
export const approvingOf = (
  { suite, speakerOf }: ApprovalRules,
  statement: Bytes,
  approvals: readonly Approval[],
  anyway: readonly string[],
): ReadonlySet<string> | string => {
  const approving = new Set(anyway);
  for (const { certificate, signature } of approvals) {
    const speaker = speakerOf(certificate);
    if (isRefusal(speaker)) return `an approval: ${speaker.message}`;
    const { organisation, roles, publicKey } = speaker;
    if (!roles.includes("admin")) return `an approval of ${organisation} is by no administrator`;
    if (approving.has(organisation)) return `${organisation} approves twice`;
    if (!suite.verify(publicKey, statement, signature))
      return `the approval of ${organisation} is not its signature over this`;
    approving.add(organisation);
  }
  return approving;
};

/** Why so many organisations of a channel's are not enough, or undefined: it takes more than half. */
export const tooFew = (approving: number, organisations: number): string | undefined =>
  2 * approving > organisations
    ? undefined
    : `it needs the approval of more than half of ${organisations} organisations, and has ${approving}`;
