import type { Bytes, CryptoSuite } from "@dure/crypto";
import { certificateId, encodeText, type Hash, signTransaction } from "@dure/types";

/** Who signs: the certificate's DER and the 32-byte seed of its key. */
export type Signer = { readonly certificate: Bytes; readonly seed: Bytes };

export type Call = {
  /** The SCORE; the channel's default unless given. */
  readonly score?: string;
  readonly method: string;
  /** JSON values only. */
  readonly params?: Readonly<Record<string, unknown>>;
};

export type MakeOptions = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  readonly signer: Signer;
  /** Sixteen random bytes. */
  readonly salt: Bytes;
  /** Milliseconds since the epoch; after it the transaction can no longer be included. */
  readonly expiryMs: number;
};

/** A transaction that calls a SCORE's method, signed: its bytes are final, whoever carries them. */
export const makeCall = (options: MakeOptions, { score = "", method, params = {} }: Call): Bytes =>
  makeTransaction(options, score, { jsonrpc: "2.0", method, params });

/** A transaction with any JSON value as its data, signed. An object with a string `method` is a call. */
export const makeTransaction = (options: MakeOptions, score: string, value: unknown): Bytes => {
  const { suite, channelId, signer, salt, expiryMs } = options;
  const payload = encodeText(JSON.stringify(value));
  const sender = certificateId(suite, signer.certificate);
  return signTransaction(suite, { channelId, sender, salt, expiryMs, score, payload }, signer.seed);
};
