import { loadChain } from "../chain/load-chain.ts";
import type { Network } from "../live/network.ts";
import type { GenesisFile } from "../live/state.ts";
import { ask } from "../peers/ask.ts";
import type { Found, ProofParts } from "./sentences.ts";

/** What came of a check in this browser. */
export type Check =
  | { readonly outcome: "verified"; readonly proof: ProofParts; readonly found: Found }
  /** `code` is the verifier's, or `OTHER` for a sound proof of something else than was asked for. */
  | { readonly outcome: "refused"; readonly code: string; readonly message: string };

const WAIT_MS = 10_000;
/** Proofs are of all that there is: a transaction's with its receipt, a block's with its data. */
const QUERY = { transactions: "proof=true", blocks: "proof=true&full=true" } as const;

/** What a proof is asked for: where it stands in the API, and the id that it must be a proof of. */
export type Subject = {
  readonly kind: keyof typeof QUERY;
  /** An id or a height. */
  readonly name: string | number;
  readonly id: string;
};

/**
 * Fetches a proof and verifies it against the reader's own genesis document, or else against the one that a peer gives.
 * Throws ClientError when no peer gives one.
 */
export const check = async (
  { directory, genesis }: Network,
  { kind, name, id }: Subject,
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
  if (verdict.id !== id) return { outcome: "refused", code: "OTHER", message: "" };
  return { outcome: "verified", proof: answer.proof as ProofParts, found: verdict };
};
