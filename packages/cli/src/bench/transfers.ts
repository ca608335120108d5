import { submitManyTo, submitTo } from "@dure/client";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { identityOf } from "../acting-identity.ts";
import type { PeerOptions } from "../acting-peer.ts";
import { CliError } from "../error.ts";
import { holderOf } from "../holder.ts";
import { signingFor } from "../tx/signing.ts";
import type { Submit } from "./load.ts";

const MINTED = "1000000000000";
/** Longer than the longest that a peer waits. */
const TIMEOUT_MS = 40_000;
const WAIT_MS = 30_000;

/**
 * Has the devnet's admin mint tokens for alice. Returns what signs and submits alice's transfers of one token each to
 * bob, over all peers in turn.
 *
 * @throws CliError `MINT_FAILED`, or as `identityOf`; ClientError where a peer gives no answer.
 */
export const prepareTransfers = async (options: PeerOptions, urls: readonly string[]): Promise<Submit> => {
  const suite = createSodiumSuite();
  const { channel } = options;
  const url = urls[0]!;
  const actor = async (as: string) => {
    const identity = await identityOf({ ...options, as }, suite);
    const signing = await signingFor(url, channel, identity, suite);
    return { holder: holderOf(identity.certificate), ...signing };
  };
  const admin = await actor("admin");
  const alice = await actor("alice");
  const bob = await actor("bob");
  const mint = admin.call({ score: "token", method: "mint", params: { to: alice.holder, amount: MINTED } });
  const named = channel === undefined ? {} : { channel };
  const { status, receipt } = await submitTo({ url, timeoutMs: TIMEOUT_MS }, mint, admin.certificate, named);
  if (receipt?.code !== 0)
    throw new CliError(
      "MINT_FAILED",
      `admin could not mint tokens for alice: ${receipt?.message ?? `the transaction is ${status}`}`,
    );
  const transfer = { score: "token", method: "transfer", params: { to: bob.holder, amount: "1" } };
  return (count, turn) =>
    submitManyTo(
      { url: urls[turn % urls.length]!, timeoutMs: TIMEOUT_MS },
      Array.from({ length: count }, () => alice.call(transfer)),
      [alice.certificate],
      { ...named, waitMs: WAIT_MS },
    );
};
