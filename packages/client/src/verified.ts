import { type ProofFacts, verifyProof as verify } from "@dure/ledger/proof";
import type { Client, Peer } from "./client.ts";
import { ClientError } from "./error.ts";

/** The error for a peer whose answer its proof contradicts. */
export const lied = (peer: Peer, what: string): ClientError =>
  new ClientError("PEER_LIED", `${peer.url}: ${what}`, { peer: peer.url });

/** What a peer's proof shows, of the kind asked for. Throws ClientError `PEER_LIED`. */
export const verified = <K extends ProofFacts["kind"]>(
  client: Client,
  peer: Peer,
  kind: K,
  proof: unknown,
): Extract<ProofFacts, { readonly kind: K }> => {
  if (proof === undefined) throw lied(peer, `it gave no proof of the ${kind}`);
  const verdict = verify(client.trust, proof);
  if (!verdict.ok) throw lied(peer, `its proof of the ${kind} is refused: ${verdict.message}`);
  if (verdict.kind !== kind) throw lied(peer, `it proved a ${verdict.kind} where a ${kind} was asked for`);
  return verdict as unknown as Extract<ProofFacts, { readonly kind: K }>;
};

/** Notes that a height was proven as executed. */
export const saw = (client: Client, height: number): void => {
  client.seen.height = Math.max(client.seen.height, height);
};
