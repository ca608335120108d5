import { type Call, makeCall, makeTransaction, request, type Signer } from "@dure/client";
import type { CryptoSuite } from "@dure/crypto";
import { randomBytes } from "@dure/crypto/sodium";
import { certificateValidAt, type Identity } from "@dure/crypto/x509";
import { parseHash } from "@dure/types";
import { inChannel } from "../acting-peer.ts";
import { CliError } from "../error.ts";

/** Makes signed transactions of one identity for one channel. */
export type Signing = {
  readonly certificate: Uint8Array;
  /** A call of a SCORE's method, signed. */
  call(call: Call): Uint8Array;
  /** Data for the record, signed. */
  data(value: unknown, score: string): Uint8Array;
};

/** How long after its making a transaction may still be included. */
const LIFE_MS = 60_000;

/**
 * What signs for a channel as a peer knows it. The channel's id is in what is signed, so a peer that lied about it
 * would gain a transaction of a channel that does not exist.
 *
 * @throws CliError `IDENTITY_EXPIRED`; ClientError where the peer gives no answer.
 */
export const signingFor = async (
  url: string,
  channel: string | undefined,
  identity: Identity,
  suite: CryptoSuite,
): Promise<Signing> => {
  const { certificate, key } = identity;
  if (!certificateValidAt(certificate, Date.now()))
    throw new CliError(
      "IDENTITY_EXPIRED",
      `the certificate of ${certificate.commonName} is not valid now: ask its authority for another`,
    );
  const status = await request({ url }, inChannel("/api/v2/status", channel));
  const channelId = parseHash(String(status["channelId"]));
  if (channelId === undefined)
    throw new CliError("PEER_ANSWER", `${url} did not tell its channel's id: is it a peer of dure?`);
  const signer: Signer = { certificate: certificate.der, seed: key.seed };
  const options = () => ({ suite, channelId, signer, salt: randomBytes(16), expiryMs: Date.now() + LIFE_MS });
  return {
    certificate: certificate.der,
    call: (call) => makeCall(options(), call),
    data: (value, score) => makeTransaction(options(), score, value),
  };
};
