import { type Bytes, statement } from "@dure/crypto";
import { encodeText, type Hash, TAG } from "@dure/types";
import { z } from "zod";
import {
  type Approval,
  type ApprovalRules,
  Approvals,
  approvingOf,
  readApprovals,
  tooFew,
  writeApprovals,
} from "./approval.ts";
import { sortedValue } from "./genesis.ts";
import { CONFIGURATION_SCORE, Hex32, ScoreName } from "./genesis-schema.ts";
import type { Refusal } from "./identity.ts";

/** A SCORE that is not run from a height on, by the word of a channel's administrators (specs/score-store.md). */

/** One line that people can read: neither control characters nor halves of surrogate pairs. */
const Reason = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, "one line of whole characters");

const fields = {
  format: z.literal("dure/suspension/1"),
  /** The channel's id. */
  channel: Hex32,
  score: ScoreName.refine((name) => name !== CONFIGURATION_SCORE, "that is no SCORE"),
  /** The first block in which it is not run. */
  height: z.int().min(1),
  reason: Reason,
};
const SuspensionSchema = z.strictObject(fields);
const DocumentSchema = z.strictObject({ ...fields, approvals: Approvals });

/** What is approved. */
export type Suspension = z.infer<typeof SuspensionSchema>;

/** The same with what approves it. */
export type SuspensionDocument = {
  readonly suspension: Suspension;
  readonly approvals: readonly Approval[];
};

/** `SUSPEND(suspension)`: what an administrator signs; the suspension names its channel. */
export const suspensionStatement = (suspension: Suspension): Bytes =>
  statement(TAG.suspension, encodeText(JSON.stringify(sortedValue(suspension))));

/** The canonical text of a document, as it is carried in a file: sorted keys, two spaces, one newline at the end. */
export const formatSuspension = ({ suspension, approvals }: SuspensionDocument): string =>
  `${JSON.stringify(sortedValue({ ...suspension, approvals: writeApprovals(approvals) }), null, 2)}\n`;

/** The longest document in UTF-16 code units: one with all the approvals that there can be is shorter. */
const TEXT_LENGTH_MAX = 2 << 20;
/** A message quotes the document, whose author may have put anything there. */
const MESSAGE_LENGTH_MAX = 300;

const malformed = (message: string): Refusal => ({
  ok: false,
  code: "SUSPENSION_MALFORMED",
  message: message.slice(0, MESSAGE_LENGTH_MAX),
});

const flawOf = (error: z.ZodError): string => {
  const [issue] = error.issues;
  return `${issue?.path.join(".") || "the suspension"}: ${issue?.message ?? "not as the schema says"}`;
};

/** A suspension that is still to be approved, of what a person says. Code: `SUSPENSION_MALFORMED`. */
export const makeSuspension = (
  said: Omit<Suspension, "format">,
): { readonly ok: true; readonly suspension: Suspension } | Refusal => {
  const parsed = SuspensionSchema.safeParse({ format: "dure/suspension/1", ...said });
  return parsed.success ? { ok: true, suspension: parsed.data } : malformed(flawOf(parsed.error));
};

/** Reads a document strictly, and only in its canonical form; nothing of it is judged. Code: `SUSPENSION_MALFORMED`. */
export const readSuspension = (
  text: string,
): { readonly ok: true; readonly document: SuspensionDocument } | Refusal => {
  if (text.length > TEXT_LENGTH_MAX) return malformed(`it is longer than ${TEXT_LENGTH_MAX} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed("it is not JSON text");
  }
  const parsed = DocumentSchema.safeParse(value);
  if (!parsed.success) return malformed(flawOf(parsed.error));
  const { approvals: written, ...suspension } = parsed.data;
  const approvals = readApprovals(written);
  if (approvals === undefined)
    return malformed("an approval is not base64 of a certificate and of a signature");
  const document = { suspension, approvals };
  // One text a document: what JSON.parse made of doubled keys or other spellings is not what somebody wrote.
  if (formatSuspension(document) !== text)
    return malformed("it is not in canonical form (sorted keys, two spaces, one newline at the end)");
  return { ok: true, document };
};

/** The channel that a suspension is judged for. */
export type SuspensionRules = ApprovalRules & {
  readonly channelId: Hash;
  readonly organisations: readonly { readonly name: string }[];
};

/** The organisations that approve a suspension, few or many. */
export type Approving = { readonly ok: true; readonly organisations: readonly string[] };

const refuse = (message: string): Refusal => ({ ok: false, code: "SUSPENSION_REFUSED", message });

/** Who approves a suspension so far, if it is this channel's and every approval counts. Code: `SUSPENSION_REFUSED`. */
export const judgeSuspensionDraft = (
  rules: SuspensionRules,
  { suspension, approvals }: SuspensionDocument,
): Approving | Refusal => {
  if (suspension.channel !== rules.channelId)
    return refuse(`it is of channel ${suspension.channel}, and this one is ${rules.channelId}`);
  const approving = approvingOf(rules, suspensionStatement(suspension), approvals, []);
  return typeof approving === "string" ? refuse(approving) : { ok: true, organisations: [...approving] };
};

/**
 * Judges a suspension by the configuration of one epoch: approved by administrators of more than half of the channel's
 * organisations. Code: `SUSPENSION_REFUSED`.
 */
export const judgeSuspension = (
  rules: SuspensionRules,
  document: SuspensionDocument,
): Approving | Refusal => {
  const draft = judgeSuspensionDraft(rules, document);
  const lacking = draft.ok ? tooFew(draft.organisations.length, rules.organisations.length) : undefined;
  return lacking === undefined ? draft : refuse(lacking);
};
