/** Clients with certificates of the devnet's own authority, and tokens to spend. */
import { join } from "node:path";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";
import { type Identity, readIdentity } from "@dure/crypto/x509";
import { issueClient } from "@dure/radiostation";
import { certificateId, parseHash, signTransaction, toBase64, toHex } from "@dure/types";
import type { Payer } from "./load-protocol.ts";
import type { Network } from "./network.ts";

const suite = createSodiumSuite();
const MINTED = "1000000000000";

const payerOf = ({ certificate, key }: Identity): Payer => ({
  seed: toHex(key.seed),
  certificate: Buffer.from(certificate.der).toString("base64"),
});

/** Issues certificates for so many payers and has the devnet's admin mint tokens for each. */
export const makePayers = async (
  { home, peers, channelId }: Network,
  count: number,
): Promise<readonly Payer[]> => {
  const channel = parseHash(channelId);
  if (channel === undefined) throw new Error("no channel id");
  const identities: Identity[] = [];
  for (let at = 0; at < count; at++) {
    const name = `payer-${at}`;
    const directory = join(home, "payers", name);
    identities.push(
      await issueClient(join(home, "radiostation"), { name, roles: ["client"], directory, suite }),
    );
  }
  const admin = await readIdentity(join(home, "clients", "admin"), suite);
  const mints = identities.map(({ certificate }) => {
    const params = { to: `${certificate.commonName}@devnet`, amount: MINTED };
    const body = {
      channelId: channel,
      sender: certificateId(suite, admin.certificate.der),
      salt: randomBytes(16),
      expiryMs: Date.now() + 60_000,
      score: "token",
      payload: new TextEncoder().encode(JSON.stringify({ method: "mint", params })),
    };
    return toBase64(signTransaction(suite, body, admin.key.seed));
  });
  const response = await fetch(`${peers[0]?.url}/api/v2/transactions?wait=executed&waitMs=30000`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ transactions: mints, certificates: [toBase64(admin.certificate.der)] }),
  });
  const answer = (await response.json()) as {
    readonly transactions?: readonly { receipt?: { code: number } }[];
  };
  if (answer.transactions?.every(({ receipt }) => receipt?.code === 0) !== true)
    throw new Error(`the admin could not mint: ${JSON.stringify(answer).slice(0, 500)}`);
  return identities.map(payerOf);
};
