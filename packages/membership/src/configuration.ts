import { type Bytes, statement } from "@dure/crypto";
import {
  decodeText,
  encodeText,
  type Hash,
  payloadValue,
  TAG,
  type TransactionBody,
  Writer,
  writeHash,
} from "@dure/types";
import { z } from "zod";
import {
  type Approval,
  type ApprovalRules,
  Approvals,
  approvingOf,
  readApprovals,
  type Speaker,
  tooFew,
  writeApprovals,
} from "./approval.ts";
import { type Changed, ChangeSchema, type ConfigurationChange } from "./change.ts";
import { sortedValue } from "./genesis.ts";
import { CONFIGURATION_SCORE } from "./genesis-schema.ts";
import type { Refusal, Verdict } from "./identity.ts";

/** Whether a transaction is one that changes the configuration, or pretends to be. */
export const isConfiguration = ({ score }: Pick<TransactionBody, "score">): boolean =>
  score === CONFIGURATION_SCORE;

const PayloadSchema = z.strictObject({
  change: ChangeSchema,
  approvals: Approvals,
});

/** The canonical text of a change: sorted keys, no white space. What is approved is this text. */
export const formatChange = (change: ConfigurationChange): string => JSON.stringify(sortedValue(change));

/** `CONFIGURE(channel, change)`: what an administrator signs to approve a change, which names its epoch. */
export const changeStatement = (channelId: Hash, change: ConfigurationChange): Bytes =>
  statement(
    TAG.configuration,
    writeHash(new Writer(), channelId)
      .bytes(encodeText(formatChange(change)))
      .finish(),
  );

/** The payload of a configuration transaction. */
export const configurationPayload = (change: ConfigurationChange, approvals: readonly Approval[]): Bytes =>
  encodeText(
    JSON.stringify({
      approvals: writeApprovals(approvals),
      change: sortedValue(change),
    }),
  );

/** What a configuration transaction says, as far as its form goes. */
export type ReadChange =
  | { readonly ok: true; readonly change: ConfigurationChange; readonly approvals: readonly Approval[] }
  | Refusal;

const refuse = (message: string): Refusal => ({ ok: false, code: "CONFIGURATION_REFUSED", message });

/** A change as a file or form gives it; a sentence names the field that is wrong. Code: `CONFIGURATION_REFUSED`. */
export const readChange = (
  value: unknown,
): { readonly ok: true; readonly change: ConfigurationChange } | Refusal => {
  const parsed = ChangeSchema.safeParse(value);
  if (parsed.success) return { ok: true, change: parsed.data };
  const [issue] = parsed.error.issues;
  return refuse(
    `the change: ${issue?.path.join(".") || "it"}: ${issue?.message ?? "not as the schema says"}`,
  );
};

/** Reads the payload of a configuration transaction strictly; nothing of it is judged. */
export const readConfiguration = (payload: Bytes): ReadChange => {
  const value = payloadValue(payload)?.value;
  const parsed = PayloadSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(
      `its payload: ${issue?.path.join(".") || "it"}: ${issue?.message ?? "not as the schema says"}`,
    );
  }
  const { change } = parsed.data;
  const approvals = readApprovals(parsed.data.approvals);
  if (approvals === undefined) return refuse("an approval is not base64 of a certificate and of a signature");
  // One text a change: what JSON.parse made of doubled keys or other spellings is not what was approved.
  if (decodeText(payload) !== decodeText(configurationPayload(change, approvals)))
    return refuse("its payload is not in canonical form (sorted keys, no white space)");
  return { ok: true, change, approvals };
};

export type JudgeOptions = ApprovalRules & {
  readonly channelId: Hash;
  /** The current epoch and its document. */
  readonly epoch: number;
  readonly organisations: readonly { readonly name: string }[];
  readonly next: (change: ConfigurationChange) => Changed;
  /** The transaction's sender, which approves by sending. */
  readonly sender: Speaker | undefined;
};

/**
 * Judges a configuration transaction by the current epoch's configuration alone (lft.md rule 14): for the next epoch,
 * leading to a configuration that may be, approved by administrators of more than half of the channel's organisations.
 * Its sender is one of them. Code: `CONFIGURATION_REFUSED`.
 */
export const judgeConfiguration = (options: JudgeOptions, payload: Bytes): Verdict => {
  const { channelId, epoch, organisations, next, sender } = options;
  const read = readConfiguration(payload);
  if (!read.ok) return read;
  const { change, approvals } = read;
  if (change.epoch !== epoch + 1)
    return refuse(`it opens epoch ${change.epoch}, and the channel is in epoch ${epoch}: make it anew`);
  if (sender === undefined || !sender.roles.includes("admin"))
    return refuse("its sender is no administrator");
  const approving = approvingOf(options, changeStatement(channelId, change), approvals, [
    sender.organisation,
  ]);
  if (typeof approving === "string") return refuse(approving);
  const lacking = tooFew(approving.size, organisations.length);
  if (lacking !== undefined) return refuse(lacking);
  const changed = next(change);
  return changed.ok
    ? { ok: true }
    : refuse(`the configuration that it leads to is refused: ${changed.message}`);
};
