import type { ProofDocument } from "@dure/ledger/proof";
import { decodeText, encodeText, equalBytes, type Hash } from "@dure/types";
import { type AskOptions, ask, pathOf, withAnyPeer } from "./any-peer.ts";
import type { Client } from "./client.ts";
import { ClientError } from "./error.ts";
import { lied, saw, verified } from "./verified.ts";

/** What stood under a key after a height was executed, verified from the genesis. */
export type StateAnswer = {
  /** Whether anything stood there. */
  readonly present: boolean;
  /** Its JSON value; undefined where nothing stood there. */
  readonly value: unknown;
  readonly height: number;
  /** The transaction that wrote it: the block's height and its place in it. */
  readonly version: { readonly height: number; readonly index: number } | undefined;
  readonly stateRoot: Hash;
  readonly proof: ProofDocument;
};

/**
 * What stands under a key of a SCORE's state, or that nothing does, verified from the genesis; never older than what
 * this client has seen before. Throws ClientError `PEER_BEHIND` where every peer has only older state.
 *
 * @example
 * const balance = await getState(client, "token", "balance/bob@devnet");
 * console.log(balance.present ? balance.value : "0", "at height", balance.height);
 */
export const getState = (
  client: Client,
  score: string,
  key: string,
  { signal }: AskOptions = {},
): Promise<StateAnswer> => {
  if (!/^[a-z0-9-]{1,64}$/.test(score) || key === "")
    throw new ClientError("INPUT_INVALID", "name a SCORE, as [a-z0-9-]{1,64}, and a key");
  const raw = encodeText(`${score}\0${key}`);
  return withAnyPeer(client, async (peer) => {
    const answer = await ask(client, peer, pathOf(client, "/state", { score, key, proof: true }), { signal });
    const facts = verified(client, peer, "state", answer["proof"]);
    // A proof of absence shows it of other keys too: it has to be of this one.
    if (!equalBytes(facts.key, raw)) throw lied(peer, "it proved another key");
    if (facts.height < client.seen.height)
      throw new ClientError(
        "PEER_BEHIND",
        `${peer.url} shows the state of height ${facts.height}, and ${client.seen.height} was seen before`,
        { peer: peer.url },
      );
    saw(client, facts.height);
    const text = facts.value === undefined ? undefined : decodeText(facts.value);
    return {
      present: facts.value !== undefined,
      value: text === undefined ? undefined : (JSON.parse(text) as unknown),
      height: facts.height,
      version: facts.version,
      stateRoot: facts.stateRoot,
      proof: answer["proof"] as ProofDocument,
    };
  });
};
