import { ClientError } from "@dure/client";
import { loadChain } from "../chain/load-chain.ts";
import type { Network } from "../live/network.ts";
import type { GenesisFile } from "../live/state.ts";
import { ask } from "../peers/ask.ts";
import { agrees } from "./agrees.ts";
import type { Found, ProofParts } from "./sentences.ts";

/** What came of a check in this browser. */
export type Check =
  | { readonly outcome: "verified"; readonly proof: ProofParts; readonly found: Found }
  /** `code` is the verifier's, or `OTHER` for a sound proof of something else than is shown. */
  | { readonly outcome: "refused"; readonly code: string; readonly message: string };

const WAIT_MS = 10_000;
/** Proofs are of all that there is: a transaction's with its receipt, a block's with its data. */
const QUERY = { transactions: "proof=true", blocks: "proof=true&full=true" } as const;

/** What a proof is asked for, and where that stands in the API. */
export type Subject = {
  readonly kind: keyof typeof QUERY;
  /** An id or a height. */
  readonly name: string | number;
  /** What the page shows of it, as a peer answered: that is what has to be proven. */
  readonly shown: object;
};

/**
 * Fetches a proof and verifies it against the reader's own genesis document, or else against the one that a peer gives.
 * Throws ClientError when no peer gives one.
 */
export const check = async (
  { directory, genesis }: Network,
  { kind, name, shown }: Subject,
  own: GenesisFile | undefined,
  signal: AbortSignal,
): Promise<Check> => {
  const path = `/api/v2/${kind}/${name}?${QUERY[kind]}&waitMs=${WAIT_MS}`;
  const [{ answer }, genesisText, { verify }] = await Promise.all([
    ask<{ readonly proof?: unknown }>(directory.pool, path, { signal, timeoutMs: WAIT_MS + 5_000 }),
    own === undefined ? genesis.text() : own.text,
    loadChain(),
  ]);
  const verdict = await verify(genesisText, answer.proof);
  if (!verdict.ok) return { outcome: "refused", code: verdict.code, message: verdict.message };
  const { receipt, ...placed } = verdict.proven;
  const isShown = "receipt" in shown && shown.receipt !== undefined;
  if (isShown && kind === "transactions" && receipt === undefined)
    throw new ClientError("PROOF_NOT_READY", "the peer that was asked has not executed it yet");
  // What was executed since it was shown will be shown, and checked, in a moment.
  if (!agrees(shown, isShown ? verdict.proven : placed))
    return { outcome: "refused", code: "OTHER", message: "" };
  return { outcome: "verified", proof: answer.proof as ProofParts, found: verdict };
};
