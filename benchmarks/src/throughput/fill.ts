/** Makes the state of a running network large. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";
import { readIdentity } from "@dure/crypto/x509";
import { certificateId, parseHash, signTransaction, toBase64 } from "@dure/types";
import type { Network } from "./network.ts";

/** The contract that a network has to be founded with to be filled. */
export const FILLER: string = fileURLToPath(new URL("../../src/throughput/filler.ts", import.meta.url));
const KEYS_PER_TRANSACTION = 2_000;
const TRANSACTIONS_PER_REQUEST = 4;

const suite = createSodiumSuite();

/** Writes keys from one number up to another, and waits for each request's receipts. Throws if one is refused. */
export const fillState = async (
  { home, peers, channelId }: Network,
  from: number,
  to: number,
): Promise<void> => {
  const channel = parseHash(channelId);
  if (channel === undefined) throw new Error("no channel id");
  const admin = await readIdentity(join(home, "clients", "admin"), suite);
  const sender = certificateId(suite, admin.certificate.der);
  const transactionFrom = (start: number): string => {
    const params = { from: start, count: Math.min(KEYS_PER_TRANSACTION, to - start) };
    const body = {
      channelId: channel,
      sender,
      salt: randomBytes(16),
      expiryMs: Date.now() + 120_000,
      score: "filler",
      payload: new TextEncoder().encode(JSON.stringify({ method: "fill", params })),
    };
    return toBase64(signTransaction(suite, body, admin.key.seed));
  };
  for (let start = from; start < to; start += KEYS_PER_TRANSACTION * TRANSACTIONS_PER_REQUEST) {
    const transactions: string[] = [];
    for (
      let at = start;
      at < to && transactions.length < TRANSACTIONS_PER_REQUEST;
      at += KEYS_PER_TRANSACTION
    )
      transactions.push(transactionFrom(at));
    const response = await fetch(`${peers[0]?.url}/api/v2/transactions?wait=executed&waitMs=30000`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ transactions, certificates: [toBase64(admin.certificate.der)] }),
    });
    const answer = (await response.json()) as {
      readonly transactions?: readonly { receipt?: { code: number } }[];
    };
    if (answer.transactions?.every(({ receipt }) => receipt?.code === 0) !== true)
      throw new Error(`the state could not be filled: ${JSON.stringify(answer).slice(0, 500)}`);
  }
};
