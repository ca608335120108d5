import { type Bytes, type CryptoSuite, statement } from "@dure/crypto";
import {
  decodeText,
  encodeText,
  fromBase64,
  type Hash,
  payloadValue,
  TAG,
  type TransactionBody,
  toBase64,
  Writer,
  writeHash,
} from "@dure/types";
import { z } from "zod";
import { type Changed, ChangeSchema, type ConfigurationChange } from "./change.ts";
import { sortedValue } from "./genesis.ts";
import { CONFIGURATION_SCORE, list } from "./genesis-schema.ts";
import type { Refusal, Verdict } from "./identity.ts";

/** Whether a transaction is one that changes the configuration, or pretends to be. */
export const isConfiguration = ({ score }: Pick<TransactionBody, "score">): boolean =>
  score === CONFIGURATION_SCORE;

/** An administrator's word for a change: its certificate's DER and its signature over `changeStatement`. */
export type Approval = { readonly certificate: Bytes; readonly signature: Bytes };

const Base64 = (bytesMax: number) => z.string().max(Math.ceil(bytesMax / 3) * 4);

const PayloadSchema = z.strictObject({
  change: ChangeSchema,
  approvals: list(z.strictObject({ certificate: Base64(4_096), signature: Base64(64) }), 0, 256),
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
      approvals: approvals.map(({ certificate, signature }) => ({
        certificate: toBase64(certificate),
        signature: toBase64(signature),
      })),
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
  const { change, approvals } = parsed.data;
  // One text a change: what JSON.parse made of doubled keys or other spellings is not what was approved.
  const read = approvals.map(({ certificate, signature }) => ({
    certificate: fromBase64(certificate),
    signature: fromBase64(signature),
  }));
  if (read.some(({ certificate, signature }) => certificate === undefined || signature?.length !== 64))
    return refuse("an approval is not base64 of a certificate and of a signature");
  const text = decodeText(payload);
  if (text !== decodeText(configurationPayload(change, read as readonly Approval[])))
    return refuse("its payload is not in canonical form (sorted keys, no white space)");
  return { ok: true, change, approvals: read as readonly Approval[] };
};

/** Who speaks for a change: an identity that the channel's organisations issued, valid and not revoked. */
export type Speaker = {
  readonly organisation: string;
  readonly roles: readonly string[];
  readonly publicKey: Bytes;
};

export type JudgeOptions = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  /** The current epoch and its document. */
  readonly epoch: number;
  readonly organisations: readonly { readonly name: string }[];
  readonly next: (change: ConfigurationChange) => Changed;
  /** The transaction's sender, which approves by sending. */
  readonly sender: Speaker | undefined;
  /** Whose certificate this is at the block's time, or why it counts for nobody. */
  readonly speakerOf: (certificate: Bytes) => Speaker | Refusal;
};

const isRefusal = (value: Speaker | Refusal): value is Refusal => "ok" in value;

/**
 * Judges a configuration transaction by the current epoch's configuration alone (lft.md rule 14): for the next epoch,
 * leading to a configuration that may be, approved by administrators of more than half of the channel's organisations.
 * Its sender is one of them. Code: `CONFIGURATION_REFUSED`.
 */
export const judgeConfiguration = (options: JudgeOptions, payload: Bytes): Verdict => {
  const { suite, channelId, epoch, organisations, next, sender, speakerOf } = options;
  const read = readConfiguration(payload);
  if (!read.ok) return read;
  const { change, approvals } = read;
  if (change.epoch !== epoch + 1)
    return refuse(`it opens epoch ${change.epoch}, and the channel is in epoch ${epoch}: make it anew`);
  if (sender === undefined || !sender.roles.includes("admin"))
    return refuse("its sender is no administrator");
  const approving = new Set([sender.organisation]);
  const signed = changeStatement(channelId, change);
  for (const { certificate, signature } of approvals) {
    const speaker = speakerOf(certificate);
    if (isRefusal(speaker)) return refuse(`an approval: ${speaker.message}`);
    if (!speaker.roles.includes("admin"))
      return refuse(`an approval of ${speaker.organisation} is by no administrator`);
    if (approving.has(speaker.organisation)) return refuse(`${speaker.organisation} approves twice`);
    if (!suite.verify(speaker.publicKey, signed, signature))
      return refuse(`the approval of ${speaker.organisation} is not its signature over this change`);
    approving.add(speaker.organisation);
  }
  if (2 * approving.size <= organisations.length)
    return refuse(
      `it needs the approval of more than half of ${organisations.length} organisations, and has ${approving.size}`,
    );
  const changed = next(change);
  return changed.ok
    ? { ok: true }
    : refuse(`the configuration that it leads to is refused: ${changed.message}`);
};
