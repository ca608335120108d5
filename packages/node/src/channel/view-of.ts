import type { CryptoSuite } from "@dure/crypto";
import { randomBytes } from "@dure/crypto/sodium";
import type { Ledger } from "@dure/ledger";
import type { Genesis } from "@dure/membership";
import type { ScoreHost } from "@dure/score-host";
import { certificateId, type Hash, signTransaction } from "@dure/types";
import type { Channel } from "./channel.ts";
import type { Links } from "./links.ts";
import type { BlockView, ChannelView, TransactionView } from "./view.ts";

/** The identity by which a peer signs plain v1 transactions, as loopchain's peers did. */
export type Submitter = { readonly certificate: Uint8Array; readonly seed: Uint8Array };

export type ViewParts = {
  readonly suite: CryptoSuite;
  readonly genesis: Genesis;
  readonly genesisText: string;
  readonly channelId: Hash;
  readonly peerId: string;
  readonly submitter: Submitter;
  readonly channel: Channel;
  readonly ledger: Ledger;
  readonly host: ScoreHost;
  readonly links: Links;
};

/** Who asks where no one signed: queries of v1 carry no identity. */
const ANYONE = { id: "", name: "anyone", organisation: "", roles: [] } as const;

const blockView = async ({ ledger, links }: ViewParts, which: Hash | number | "last"): Promise<BlockView | undefined> => {
  const height = which === "last" ? ledger.head().height : typeof which === "number" ? which : ledger.heightOf(which);
  const block = height === undefined || height < 1 ? undefined : await ledger.block(height);
  if (block === undefined) return undefined;
  const { id, header, transactions } = block;
  return { id, header, transactions, proposerId: links.peerOf(header.proposer) ?? "" };
};

const transactionView = async ({ ledger, channel }: ViewParts, id: Hash): Promise<TransactionView> => {
  const place = await ledger.placeOf(id);
  if (place !== undefined) {
    const block = await ledger.block(place.height);
    const transaction = block?.transactions[place.index];
    const receipt = await ledger.receipt(place.height, place.index);
    if (transaction === undefined) return { stage: "unknown" };
    return receipt === undefined ? { stage: "final", transaction, ...place } : { stage: "executed", transaction, receipt };
  }
  const pooled = channel.pool.transaction(id);
  return pooled === undefined ? { stage: "unknown" } : { stage: "accepted", transaction: pooled };
};

/** A channel as the APIs see it. */
export const viewOf = (parts: ViewParts): ChannelView => {
  const { suite, genesis, genesisText, channelId, peerId, submitter, channel, ledger, host, links } = parts;
  const sender = certificateId(suite, submitter.certificate);
  return {
    name: genesis.name,
    id: channelId,
    genesisText,
    peerId,
    defaultScore: genesis.defaultScore,
    scores: genesis.scores.map(({ name, version }) => ({ name, version })),
    transactionBytesMax: genesis.limits.transactionBytesMax,
    peerSubmits: genesis.policies.peerSubmits,
    learn: (certificates) => {
      for (const der of certificates) channel.identities.learn(der);
    },
    submit: (bytes) => channel.submit(bytes),
    submitAsPeer: (payload, score) => {
      channel.identities.learn(submitter.certificate);
      const expiryMs = Date.now() + Math.floor(genesis.limits.longestLifeMs / 2);
      const body = { channelId, sender, salt: randomBytes(16), expiryMs, score, payload };
      return channel.submit(signTransaction(suite, body, submitter.seed));
    },
    wait: (id, stage, timeoutMs) => {
      const reached = ledger.placeNow(id);
      const isThere = reached !== undefined && (stage === "final" || reached.height <= ledger.executedHeight());
      return isThere ? Promise.resolve(true) : channel.outcomes.wait(id, stage, timeoutMs);
    },
    isBusy: () => channel.outcomes.isFull,
    transaction: (id) => transactionView(parts, id),
    block: (which) => blockView(parts, which),
    certificateOf: (id) => channel.identities.certificateOf(id),
    query: (score, method, params) => {
      const height = ledger.executedHeight();
      const call = { height, timestampMs: ledger.timestampOf(height), score, method, params, sender: ANYONE };
      return host.query(call, (keys) => keys.map((key) => ledger.read(key)));
    },
    status: () => {
      const { divergedAt, ...consensus } = channel.status();
      const head = ledger.head();
      return {
        channelId,
        name: genesis.name,
        peerId,
        consensus: { ...consensus, leaderId: links.peerOf(consensus.leader) ?? "" },
        height: head.height,
        blockId: head.blockId,
        executedHeight: ledger.executedHeight(),
        stateRoot: ledger.stateRoot(),
        transactionCount: ledger.transactionCount(),
        connected: links.connected(),
        halted: channel.execution.halted,
        diverged: divergedAt,
        damaged: ledger.damage().length,
        pool: channel.pool.counts(),
      };
    },
    isLeader: () => links.peerOf(channel.status().leader) === peerId,
  };
};
