import { type Submitted, submitTo, type Until } from "@dure/client";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { type IdentityOptions, identityOf } from "../acting-identity.ts";
import { type PeerOptions, peerOf } from "../acting-peer.ts";
import { CliError } from "../error.ts";
import { signingFor } from "./signing.ts";

/** What is sent: a call, or data for the record. */
export type Content =
  | { readonly method: string; readonly params: Readonly<Record<string, unknown>> }
  | { readonly data: unknown };

export type SendOptions = PeerOptions & IdentityOptions & { readonly score?: string; readonly until: Until };

/** Longer than the longest that a peer waits. */
const TIMEOUT_MS = 40_000;
const STAGES = ["accepted", "final", "executed"] as const;

/**
 * Signs a transaction, submits it and waits. Returns the peer's answer, with the receipt where there is one.
 *
 * @throws CliError, `NOT_YET` if it did not come as far as asked; ClientError where the peer refuses it.
 */
export const send = async (content: Content, options: SendOptions): Promise<Submitted> => {
  const { channel, score, until } = options;
  const suite = createSodiumSuite();
  const identity = await identityOf(options, suite);
  const url = await peerOf(options);
  const signing = await signingFor(url, channel, identity, suite);
  const transaction =
    "data" in content
      ? signing.data(content.data, score ?? "")
      : signing.call({ ...content, ...(score !== undefined && { score }) });
  const submitted = await submitTo({ url, timeoutMs: TIMEOUT_MS }, transaction, signing.certificate, {
    until,
    ...(channel !== undefined && { channel }),
  });
  const { id, status } = submitted;
  if (status === "refused" || STAGES.indexOf(status) >= STAGES.indexOf(until)) return submitted;
  throw new CliError("NOT_YET", `${id} is ${status}, not ${until} yet: ask again with dure tx get ${id}`);
};
