import { ClientError } from "@dure/client";
import { loadChain } from "../chain/load-chain.ts";
import { base64 } from "../format/base64.ts";
import type { Network } from "../live/network.ts";
import { ask } from "../peers/ask.ts";
import type { Content } from "./draft.ts";
import type { Identity } from "./identity.ts";

/** Signs the content here and has a peer take it, by REST v2. Resolves with the transaction's id; throws ClientError. */
export const sendSigned = async (
  { directory, state, genesis: peersGenesis }: Network,
  content: Content,
  identity: Identity,
): Promise<string> => {
  const { pool } = directory;
  const genesis = state.ownGenesis.get()?.text ?? (await peersGenesis.text());
  const { signContent } = await loadChain();
  const signed = await signContent(genesis, identity, content);
  // The same bytes on another peer are the same transaction, so that any peer may be asked.
  const { answer } = await ask<{ readonly transactions: readonly { readonly id?: string }[] }>(
    pool,
    "/api/v2/transactions?wait=accepted",
    { body: { transactions: [base64(signed.transaction)], certificates: [base64(signed.certificate)] } },
  );
  const id = answer.transactions[0]?.id;
  if (id === undefined) throw new ClientError("PEER_ANSWER", "the peer did not say what it took");
  return id;
};
