import { type Bytes, type CryptoSuite, taggedHash } from "@dure/crypto";
import { encodeText, fromHex, type Hash, TAG, toHash } from "@dure/types";
import { type GenesisDocument, GenesisSchema } from "./genesis-schema.ts";

/** A channel's configuration as its genesis gives it. */
export type ChannelConfig = Omit<GenesisDocument, "organisations" | "validators"> & {
  /** Organisations with their root certificate's DER. */
  readonly organisations: readonly { readonly name: string; readonly root: Bytes }[];
  readonly validators: readonly { readonly id: string; readonly publicKey: Bytes; readonly weight: number }[];
};

export type ParsedGenesis =
  | { readonly ok: true; readonly config: ChannelConfig; readonly channelId: Hash }
  | { readonly ok: false; readonly code: "GENESIS_MALFORMED"; readonly message: string };

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
};

/**
 * The canonical text of a genesis document: keys sorted by code unit, two spaces of indentation, one newline at the
 * end. One document has one text, so that everyone who reads it hashes the same bytes.
 */
export const formatGenesis = (document: GenesisDocument): string =>
  `${JSON.stringify(sorted(document), null, 2)}\n`;

/** The channel id of a genesis text: its tagged hash. */
export const channelIdOf = (suite: CryptoSuite, text: string): Hash =>
  toHash(taggedHash(suite, TAG.genesis, encodeText(text)));

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bytes of base64 that the schema admitted. */
const base64Bytes = (text: string): Bytes => {
  const digits = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    held = ((held << 6) | BASE64.indexOf(digit)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return bytes;
};

const hasTwice = (values: readonly string[]): boolean => new Set(values).size !== values.length;

/** What the schema cannot say: relations between fields. Undefined if all hold. */
const flawOf = (document: GenesisDocument): string | undefined => {
  const { organisations, validators, followers, limits, consensus, scores, defaultScore } = document;
  const organisationOf = (peerId: string): string => peerId.slice(peerId.indexOf(".") + 1);
  const names = organisations.map(({ name }) => name);
  const peers = [...validators.map(({ id }) => id), ...followers];
  if (hasTwice(names)) return "an organisation stands twice";
  if (hasTwice(peers)) return "a peer stands twice";
  if (hasTwice(validators.map(({ publicKey }) => publicKey))) return "two validators have one key";
  const stranger = peers.find((id) => !names.includes(organisationOf(id)));
  if (stranger !== undefined) return `${stranger} is of no organisation of the channel`;
  if (hasTwice(scores.map(({ name }) => name))) return "a SCORE stands twice";
  if (defaultScore !== "" && !scores.some(({ name }) => name === defaultScore))
    return `the default SCORE ${defaultScore} does not exist`;
  if (limits.transactionBytesMax + 8192 > limits.batchBytesMax)
    return "a batch cannot hold the largest transaction and its certificate";
  if (limits.batchBytesMax > limits.blockBytesMax) return "a block cannot hold the largest batch";
  if (limits.batchTransactionsMax > limits.blockTransactionsMax)
    return "a block cannot hold the fullest batch";
  if (consensus.baseMs > consensus.capMs) return "the timer's base is above its cap";
  if (consensus.blockIntervalMs >= consensus.baseMs)
    return "the block interval is not below the timer's base";
  return undefined;
};

const refuse = (message: string): ParsedGenesis => ({ ok: false, code: "GENESIS_MALFORMED", message });

/** Reads a genesis document strictly: by schema, by its relations, and only in its canonical form. Never throws. */
export const parseGenesis = (suite: CryptoSuite, text: string): ParsedGenesis => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("it is not JSON text");
  }
  const parsed = GenesisSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(
      `${issue?.path.join(".") || "the document"}: ${issue?.message ?? "not as the schema says"}`,
    );
  }
  const document = parsed.data;
  if (formatGenesis(document) !== text)
    return refuse("it is not in canonical form (sorted keys, two spaces, one newline at the end)");
  const flaw = flawOf(document);
  if (flaw !== undefined) return refuse(flaw);
  const config: ChannelConfig = {
    ...document,
    organisations: document.organisations.map(({ name, root }) => ({ name, root: base64Bytes(root) })),
    validators: document.validators.map(({ publicKey, ...rest }) => ({
      ...rest,
      publicKey: fromHex(publicKey) as Bytes,
    })),
  };
  return { ok: true, config, channelId: channelIdOf(suite, text) };
};
