import {
  type Client,
  ClientError,
  connect,
  type FollowEvent,
  follow,
  readIdentity,
  sign,
  verifyProof,
} from "@dure/client";
import type { Content } from "../send/draft.ts";
import type { Identity } from "../send/identity.ts";

/** A proof's verdict, as far as the page tells it. */
export type Verdict =
  | {
      readonly ok: true;
      /** What it is a proof of: the id of a transaction or block; undefined for state. */
      readonly id: string | undefined;
      readonly channelId: string;
      /** How many validators the genesis document names. */
      readonly validators: number;
      /** The receipt's code, where the proof shows one. */
      readonly receiptCode: number | undefined;
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** The client of one channel, as its genesis document describes it. Contacts nobody. Throws ClientError. */
const clientOf = (genesis: string): Promise<Client> => connect({ genesis, peers: [location.origin] });

/** Verifies a proof against a genesis document; a document that is none is a refusal too. Asks nobody. */
export const verify = async (genesis: string, proof: unknown): Promise<Verdict> => {
  let client: Client;
  try {
    client = await clientOf(genesis);
  } catch (error) {
    if (error instanceof ClientError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
  const verdict = verifyProof(client, proof);
  if (!verdict.ok) return verdict;
  return {
    ok: true,
    id: verdict.kind === "state" ? undefined : verdict.id,
    channelId: client.channelId,
    validators: client.trust.config.validators.length,
    receiptCode: verdict.kind === "transaction" ? verdict.receipt?.code : undefined,
  };
};

/** Signs content for the channel of a genesis document. Throws ClientError `IDENTITY_INVALID` or `GENESIS_INVALID`. */
export const signContent = async (
  genesis: string,
  { certificatePem, keyPem }: Identity,
  content: Content,
): Promise<{ readonly transaction: Uint8Array; readonly certificate: Uint8Array }> => {
  const signer = readIdentity(certificatePem, keyPem);
  const call = content.kind === "data" ? { data: content.value } : content;
  return { transaction: sign(await clientOf(genesis), signer, call), certificate: signer.certificate };
};

export type FollowParts = {
  readonly genesis: string;
  readonly peers: readonly string[];
  /** The height after which events are wanted. */
  readonly height: number;
  /** Through which the streams are opened, so that the page knows with which peer it talks. */
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
};

/**
 * Events as peers tell them, from one peer to another, until the signal: what the page shows at once. What matters is
 * verified on the page of a transaction or block.
 */
export const followChain = async (parts: FollowParts): Promise<AsyncIterable<FollowEvent>> => {
  const { genesis, peers, height, fetch, signal } = parts;
  const client = await connect({ genesis, peers, fetch });
  const types = ["block", "transaction", "executed", "consensus"] as const;
  return follow(client, { from: height + 1, types, verify: false, signal });
};
