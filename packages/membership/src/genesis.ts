import type { Bytes, CryptoSuite } from "@dure/crypto";
import { encodeText, fromBase64, fromHex, type Hash, hashOf, TAG } from "@dure/types";
import { flawOf } from "./genesis-relations.ts";
import { type GenesisDocument, GenesisSchema } from "./genesis-schema.ts";
import { type Revocations, revocationsOf } from "./revocations.ts";

/** A channel's configuration as its genesis gives it. */
export type ChannelConfig = Omit<GenesisDocument, "organisations" | "validators" | "revoked"> & {
  /** Organisations with their root certificate's DER. */
  readonly organisations: readonly { readonly name: string; readonly root: Bytes }[];
  /** In order of registration; a validator's index is its place here. `publicKey` is the consensus key, 32 bytes. */
  readonly validators: readonly {
    readonly id: string;
    readonly publicKey: Bytes;
    readonly weight: number;
    readonly group?: string | undefined;
  }[];
  readonly revoked: Revocations;
};

/** A genesis document as read, or why it is refused, in a sentence that names the field. */
export type ParsedGenesis =
  | {
      readonly ok: true;
      readonly config: ChannelConfig;
      readonly document: GenesisDocument;
      readonly channelId: Hash;
    }
  | { readonly ok: false; readonly code: "GENESIS_MALFORMED"; readonly message: string };

/** The longest document in UTF-16 code units: bounds what reading one costs. */
const TEXT_LENGTH_MAX = 16 << 20;

/** A JSON value with the keys of its objects sorted by code unit. */
export const sortedValue = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortedValue);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortedValue(inner)]));
};

/**
 * The canonical text of a genesis document: keys sorted by code unit, two spaces of indentation, one newline at the
 * end. One document has one text, so that everyone who reads it hashes the same bytes.
 */
export const formatGenesis = (document: GenesisDocument): string =>
  `${JSON.stringify(sortedValue(document), null, 2)}\n`;

/** The channel id of a genesis text: its tagged hash. Throws RangeError on text with a lone surrogate. */
export const channelIdOf = (suite: CryptoSuite, text: string): Hash =>
  hashOf(suite, TAG.genesis, encodeText(text));

/** A message quotes the document, whose author may have put anything there. */
const MESSAGE_LENGTH_MAX = 300;

const refuse = (message: string): ParsedGenesis => ({
  ok: false,
  code: "GENESIS_MALFORMED",
  message: message.slice(0, MESSAGE_LENGTH_MAX),
});

/** The configuration of a document that passed every check. */
export const configOf = (document: GenesisDocument): ChannelConfig => ({
  ...document,
  organisations: document.organisations.map(({ name, root }) => ({ name, root: fromBase64(root) as Bytes })),
  validators: document.validators.map(({ publicKey, ...rest }) => ({
    ...rest,
    publicKey: fromHex(publicKey) as Bytes,
  })),
  revoked: revocationsOf(document.revoked),
});

/** Reads a genesis document strictly: by schema, by its relations, and only in its canonical form. Never throws. */
export const parseGenesis = (suite: CryptoSuite, text: string): ParsedGenesis => {
  if (text.length > TEXT_LENGTH_MAX) return refuse(`it is longer than ${TEXT_LENGTH_MAX} characters`);
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
  // This also refuses doubled keys, of which JSON.parse keeps the last, and every other spelling of a number or text.
  if (formatGenesis(document) !== text)
    return refuse("it is not in canonical form (sorted keys, two spaces, one newline at the end)");
  const flaw = flawOf(document);
  if (flaw !== undefined) return refuse(flaw);
  return { ok: true, config: configOf(document), document, channelId: channelIdOf(suite, text) };
};
