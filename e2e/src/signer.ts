import { join } from "node:path";
import { makeCall, makeTransaction, type Signer } from "@dure/client";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";
import { readIdentity, seedOfPkcs8 } from "@dure/crypto/x509";
import { decodeTransaction, parseHash } from "@dure/types";

export const suite = createSodiumSuite();

const LIFE_MS = 300_000;
const BYTES_MAX = 1 << 20;

/** A client of the devnet that signs, as an application with its own key does. */
export type Client = {
  readonly signer: Signer;
  /** What the token knows a holder by. */
  readonly holder: string;
  /** A signed call of a SCORE's method. */
  readonly call: (score: string, method: string, params: Readonly<Record<string, unknown>>) => Uint8Array;
  /** Signed data; `expiryMs` unless it is to live as long as usual. */
  readonly data: (value: unknown, expiryMs?: number) => Uint8Array;
};

/** The client of an identity directory, for a channel. */
export const openClient = async (directory: string, channelId: string): Promise<Client> => {
  const { certificate, key } = await readIdentity(directory, suite);
  const signer = { certificate: certificate.der, seed: seedOfPkcs8(key.pem) };
  const id = parseHash(channelId);
  if (id === undefined) throw new Error(`no channel id: ${channelId}`);
  const options = (expiryMs = Date.now() + LIFE_MS) => ({
    suite,
    channelId: id,
    signer,
    salt: randomBytes(16),
    expiryMs,
  });
  return {
    signer,
    holder: `${certificate.commonName}@${certificate.organisation}`,
    call: (score, method, params) => makeCall(options(), { score, method, params }),
    data: (value, expiryMs) => makeTransaction(options(expiryMs), "", value),
  };
};

/** A devnet's client of this name. */
export const clientOf = (home: string, name: string, channelId: string): Promise<Client> =>
  openClient(join(home, "clients", name), channelId);

/** The id of a signed transaction. */
export const transactionId = (bytes: Uint8Array): string => {
  const decoded = decodeTransaction(suite, bytes, BYTES_MAX);
  if (!decoded.ok) throw new Error(decoded.message);
  return decoded.value.id;
};
