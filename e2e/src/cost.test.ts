/**
 * What a transaction and a block cost, in counts that are the same on every machine: whoever makes them grow has a reason
 * to give here. Times belong in the benchmarks.
 */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { ChannelCounts } from "@dure/node";
import { agreedHead } from "./chain.ts";
import { startDevnet, withLogs } from "./harness.ts";
import { type Client, clientOf } from "./signer.ts";

const REQUESTS = 40;
const TRANSACTIONS = 50;
const NOTE = "n".repeat(100);

const countsOf = async (url: string): Promise<ChannelCounts> =>
  (await (await fetch(`${url}/api/v2/counts`)).json()) as ChannelCounts;

const submit = async (url: string, client: Client, transactions: readonly Uint8Array[]): Promise<void> => {
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
  const response = await fetch(`${url}/api/v2/transactions?wait=executed&waitMs=30000`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      transactions: transactions.map(base64),
      certificates: [base64(client.signer.certificate)],
    }),
  });
  const { transactions: answers } = (await response.json()) as {
    readonly transactions: readonly { readonly status: string }[];
  };
  assert.ok(answers.every(({ status }) => status === "executed"));
};

test("a transaction and a block cost what they are meant to, and a block that comes certified costs no verification", async (t) => {
  const devnet = await startDevnet({ args: ["--no-restart"] });
  try {
    await withLogs(devnet, async () => {
      const alice = await clientOf(devnet.home, "alice", devnet.channelId);
      const before = await Promise.all(devnet.urls.map(countsOf));
      let bytes = 0;
      for (let request = 0; request < REQUESTS; request++) {
        const transactions = Array.from({ length: TRANSACTIONS }, (_, at) =>
          alice.data(`${NOTE} ${request} ${at}`),
        );
        bytes += transactions.reduce((sum, each) => sum + each.length, 0);
        await submit(devnet.urls[request % devnet.urls.length] as string, alice, transactions);
      }
      await agreedHead(devnet.urls);
      const after = await Promise.all(devnet.urls.map(countsOf));
      const sums = { framesSent: 0, bytesSent: 0 };
      for (const [peer, counts] of after.entries()) {
        const of = (key: keyof ChannelCounts): number => counts[key] - (before[peer]?.[key] ?? 0);
        assert.equal(of("transactions"), REQUESTS * TRANSACTIONS);
        assert.equal(
          of("signaturesVerified"),
          of("transactions"),
          "each validator verifies each signature once",
        );
        const syncs = of("diskSyncs") / of("blocks");
        assert.ok(syncs <= 4, `peer ${peer} syncs ${syncs} times a block`);
        // Once into the journal and once into the log, with certificates, votes and records of the consensus.
        const logged = of("diskBytes") - of("blocks") * 4_096;
        assert.ok(logged <= 2.2 * bytes, `peer ${peer} writes ${logged} bytes for ${bytes} of transactions`);
        sums.framesSent += of("framesSent") / of("blocks");
        sums.bytesSent += of("bytesSent") - of("blocks") * 8_192;
        t.diagnostic(
          `peer ${peer}: ${of("blocks")} blocks, ${syncs.toFixed(2)} syncs and ${(of("framesSent") / of("blocks")).toFixed(1)} frames a block`,
        );
      }
      // To three others: batches, their acknowledgements, a proposal, two votes, an attestation, and the leader's QC.
      assert.ok(sums.framesSent / 4 <= 24, `${sums.framesSent / 4} frames a block and peer`);
      // Each transaction travels to three others; those that a proposal carries along, since nobody has acknowledged them
      // yet, travel twice.
      assert.ok(sums.bytesSent <= 6.5 * bytes, `${sums.bytesSent} bytes sent for ${bytes} of transactions`);

      // A peer that lost its chain fetches all of it under certificates.
      await devnet.kill(3);
      await rm(join(devnet.home, "peer3", "channels"), { recursive: true });
      await devnet.restart(3);
      await agreedHead(devnet.urls);
      const caughtUp = await countsOf(devnet.urls[3] as string);
      assert.ok(caughtUp.transactions >= REQUESTS * TRANSACTIONS);
      assert.equal(caughtUp.signaturesVerified, 0, "what came under a certificate is not verified again");
    });
  } finally {
    await devnet.stop();
  }
});
