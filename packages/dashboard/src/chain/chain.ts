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
import type { ReceiptAnswer } from "../answers.ts";
import { base64 } from "../format/base64.ts";
import type { Content } from "../send/draft.ts";
import type { Identity } from "../send/identity.ts";

/** A proof's verdict, as far as the page tells it. */
export type Verdict =
  | {
      readonly ok: true;
      /** What is proven, under the names that REST gives it. */
      readonly proven: Readonly<Record<string, unknown>>;
      readonly channelId: string;
      /** How many validators the genesis document names. */
      readonly validators: number;
      /** The receipt's code, where the proof shows one. */
      readonly receiptCode: number | undefined;
    }
  | { readonly ok: false; readonly code: string; readonly message: string };

type Facts = Extract<ReturnType<typeof verifyProof>, { readonly ok: true }>;
type Receipt = NonNullable<Extract<Facts, { readonly kind: "transaction" }>["receipt"]>;

/** The client of one channel, as its genesis document describes it. Contacts nobody. Throws ClientError. */
const clientOf = (genesis: string): Promise<Client> => connect({ genesis, peers: [location.origin] });

/** The same facts as in REST's answer about a transaction or block, so that the two can be compared. */
const provenBy = (client: Client, facts: Facts): Readonly<Record<string, unknown>> => {
  if (facts.kind === "transaction") {
    const { id, height, index, transaction, receipt } = facts;
    const { sender, score, expiryMs, bytes } = transaction;
    const placed = { id, height, index, sender, score, expiryMs, bytes: base64(bytes) };
    return receipt === undefined ? placed : { ...placed, receipt: receiptOf(receipt) };
  }
  if (facts.kind === "state") return {};
  const { id, header, transactions } = facts;
  const { height, view, epoch, parentId, timestampMs, bodyRoot, transactionCount } = header;
  const proposer = client.trust.epochOf(header.epoch)?.epoch.config.validators[header.proposer]?.id;
  const block = { id, height, view, epoch, parentId, timestampMs, proposer, bodyRoot, transactionCount };
  return transactions === undefined ? block : { ...block, transactions: transactions.map((one) => one.id) };
};

const receiptOf = ({ height, index, code, message, result, events }: Receipt): ReceiptAnswer => ({
  height,
  index,
  code,
  message,
  result: JSON.parse(result) as unknown,
  events: events.map(({ score, name, data }) => ({ score, name, data: JSON.parse(data) as unknown })),
});

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
    proven: provenBy(client, verdict),
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
