import { type ProofVerdict, verifyProof as verify } from "@dure/ledger/proof";
import type { Client } from "./client.ts";

/**
 * What a proof shows to whoever trusts this client's genesis, or why it shows nothing: wherever the proof comes from.
 * Asks no peer, and never throws.
 *
 * @example
 * const { proof } = await getBlock(client, "last");
 * const verdict = verifyProof(client, proof);
 * console.log(verdict.ok ? verdict.kind : verdict.message);
 */
export const verifyProof = (client: Client, proof: unknown): ProofVerdict => verify(client.trust, proof);
