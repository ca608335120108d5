import type { CryptoSuite } from "@dure/crypto";
import { randomBytes } from "@dure/crypto/sodium";
import type { Ledger, TransactionPlace } from "@dure/ledger";
import type { ChannelConfig } from "@dure/membership";
import { type QueryOutcome, type ScoreHost, ScoreHostError } from "@dure/score-host";
import { certificateId, decodeReceipt, type Hash, type Receipt, signTransaction } from "@dure/types";
import { Refusal } from "../rest/refusal.ts";
import type { Admission } from "./admission.ts";
import type { Channel } from "./channel.ts";
import type { Epochs } from "./epochs.ts";
import type { EvidenceStore } from "./evidence-store.ts";
import type { Links } from "./links.ts";
import { organisationsOf } from "./organisations.ts";
import type { Progress, Stage } from "./outcomes.ts";
import type { Scores } from "./scores.ts";
import type {
  BlockView,
  ChannelView,
  ConsensusView,
  ExecutedView,
  ExecutionStop,
  HeaderView,
  PositionView,
  TransactionView,
} from "./view.ts";

/** The identity by which a peer signs plain v1 transactions, as loopchain's peers did. */
export type Submitter = { readonly certificate: Uint8Array; readonly seed: Uint8Array };

export type ViewParts = {
  readonly suite: CryptoSuite;
  readonly genesis: ChannelConfig;
  readonly epochs: Epochs;
  readonly genesisText: string;
  readonly channelId: Hash;
  readonly peerId: string;
  readonly submitter: () => Submitter;
  readonly channel: Channel;
  readonly ledger: Ledger;
  readonly host: ScoreHost;
  readonly links: Links;
  readonly evidence: EvidenceStore;
  readonly scores: Scores;
};

/** Who asks where no one signed: queries of v1 carry no identity. */
const ANYONE = { id: "", name: "anyone", organisation: "", roles: [], attributes: {} } as const;

const blockView = async (
  { ledger, epochs, channel }: ViewParts,
  which: Hash | number | "last",
): Promise<BlockView | undefined> => {
  const height =
    which === "last"
      ? channel.head().height
      : typeof which === "number"
        ? which
        : await ledger.heightOf(which);
  const held = height === undefined || height < 1 ? undefined : await channel.reads.block(height);
  if (held === undefined) return undefined;
  const { id, header } = held.candidate;
  return {
    id,
    header,
    transactions: held.transactions,
    proposerId: epochs.peerOf(header.proposer, header.epoch) ?? "",
  };
};

const headerView = async (
  { epochs, channel }: ViewParts,
  height: number,
): Promise<HeaderView | undefined> => {
  if (height < 1 || height > channel.head().height) return undefined;
  const held = await channel.reads.header(height);
  return held && { ...held, proposerId: epochs.peerOf(held.header.proposer, held.header.epoch) ?? "" };
};

const executedView = ({ ledger }: ViewParts, height: number): ExecutedView | undefined => {
  const receipts = ledger.receipts(height);
  const roots = ledger.roots(height);
  if (receipts === undefined || roots === undefined) return undefined;
  const decoded = receipts.flatMap((bytes) => {
    const receipt = decodeReceipt(bytes);
    return receipt.ok ? [receipt.value] : [];
  });
  return { receipts: decoded, ...roots };
};

const positionView = ({ channel, ledger, links }: ViewParts): PositionView => {
  const { view, leader } = channel.status();
  const leaderId = links.peerOf(leader) ?? "";
  return { view, leaderId, height: channel.head().height, executedHeight: ledger.executedHeight() };
};

const executionStop = ({ channel, ledger }: ViewParts): ExecutionStop | undefined => {
  const { divergedAt } = channel.status();
  if (divergedAt !== undefined)
    return { height: divergedAt, why: `what this peer executed at height ${divergedAt} contradicts others` };
  const { halted } = channel.execution;
  return halted === undefined ? undefined : { height: ledger.executedHeight() + 1, why: halted };
};

const consensusView = (parts: ViewParts): ConsensusView => {
  const { epochs, channel, ledger, links, peerId, evidence } = parts;
  const connected = new Set(links.connected());
  return {
    ...positionView(parts),
    epoch: channel.epoch,
    leader: channel.status().leader,
    spinInterval: epochs.config.consensus.spinInterval,
    certifiedHeight: ledger.newestExecutionCertificate()?.height ?? 0,
    validators: epochs.config.validators.map(({ id, publicKey, weight }, index) => ({
      index,
      ...{ id, publicKey, weight },
      isConnected: id === peerId || connected.has(id),
      lastMessage: channel.sightingOf(index),
    })),
    evidence: evidence.list(),
  };
};

const receiptAt = ({ ledger }: ViewParts, { height, index }: TransactionPlace): Receipt | undefined => {
  const bytes = ledger.receipts(height)?.[index];
  const receipt = bytes === undefined ? undefined : decodeReceipt(bytes);
  return receipt?.ok === true ? receipt.value : undefined;
};

/** How far a transaction has come. Reads no block. */
const progressOf = (parts: ViewParts, id: Hash): Progress => {
  const place = parts.ledger.place(id);
  const receipt = place === undefined ? undefined : receiptAt(parts, place);
  if (receipt !== undefined) return { stage: "executed", receipt };
  return { stage: parts.channel.execution.isFinal(id) ? "final" : "accepted" };
};

/** Those that are not there yet are waited for; what the wait did not bring is looked up once more. */
const wait = async (
  parts: ViewParts,
  ids: readonly Hash[],
  stage: Stage,
  timeoutMs: number,
): Promise<readonly Progress[]> => {
  const known = new Map<Hash, Progress>();
  // What waits here to be ordered has not come far, and need not be looked up in the ledger.
  const due = ids.filter((id) => {
    if (parts.channel.pool.transaction(id) !== undefined) return true;
    const now = progressOf(parts, id);
    if (now.stage !== "executed" && now.stage !== stage) return true;
    known.set(id, now);
    return false;
  });
  const found = await parts.channel.outcomes.wait(due, stage, timeoutMs);
  for (const [at, id] of due.entries()) known.set(id, found[at] ?? progressOf(parts, id));
  return ids.map((id) => known.get(id) ?? { stage: "accepted" });
};

const executedTransaction = async (parts: ViewParts, place: TransactionPlace): Promise<TransactionView> => {
  const transaction = (await parts.channel.reads.block(place.height))?.transactions[place.index];
  const receipt = receiptAt(parts, place);
  if (transaction === undefined || receipt === undefined) return { stage: "unknown" };
  return { stage: "executed", transaction, receipt };
};

const transactionView = async (parts: ViewParts, id: Hash): Promise<TransactionView> => {
  const { ledger, channel } = parts;
  const place = ledger.place(id);
  if (place !== undefined) return executedTransaction(parts, place);
  const final = await channel.execution.find(id);
  if (final !== undefined) return { stage: "final", ...final };
  // It may have been executed while the log was read.
  const late = ledger.place(id);
  if (late !== undefined) return executedTransaction(parts, late);
  const pooled = channel.pool.transaction(id);
  return pooled === undefined ? { stage: "unknown" } : { stage: "accepted", transaction: pooled };
};

/** How often a query starts anew because a block was executed between its reads. */
const QUERY_ATTEMPTS = 10;

/** The state moved on between two reads of one query. */
class StateMoved extends Error {}

/** Queries the state after one height: all its reads see that height, or it starts anew at the next. */
const query = async (
  parts: ViewParts,
  score: string,
  method: string,
  params: string,
): Promise<{ readonly height: number; readonly outcome: QueryOutcome }> => {
  const { ledger, host, channel } = parts;
  for (let attempt = 0; attempt < QUERY_ATTEMPTS; attempt++) {
    const height = ledger.executedHeight();
    const timestampMs = channel.execution.timestampMs;
    const read = (keys: readonly Uint8Array[]) => {
      if (ledger.executedHeight() !== height) throw new StateMoved();
      return keys.map((key) => ledger.get(key)?.value);
    };
    try {
      const organisations = organisationsOf(parts.epochs.config);
      const suspended = parts.scores.suspended();
      const call = { height, timestampMs, organisations, suspended, score, method, params, sender: ANYONE };
      const outcome = await host.query(call, read);
      return { height, outcome };
    } catch (error) {
      if (error instanceof ScoreHostError && error.code === "QUERY_OVERLOADED")
        throw new Refusal(error.code, error.message);
      if (ledger.executedHeight() === height) throw error;
    }
  }
  throw new Refusal("QUERY_OVERLOADED", "the state changes faster than the query reads it: ask again");
};

/** A channel as the APIs see it. */
export const viewOf = (parts: ViewParts): ChannelView => {
  const { suite, genesis, genesisText, channelId, peerId, submitter, channel, ledger, links } = parts;
  return {
    name: genesis.name,
    id: channelId,
    genesisText,
    peerId,
    defaultScore: genesis.defaultScore,
    scores: parts.scores,
    transactionBytesMax: genesis.limits.transactionBytesMax,
    peerSubmits: () => parts.epochs.config.policies.peerSubmits,
    learn: (certificates) => {
      for (const der of certificates) channel.identities.learn(der);
    },
    submit: (list) => channel.submit(list),
    submitAsPeer: async (payload, score) => {
      const { certificate, seed } = submitter();
      channel.identities.learn(certificate);
      const sender = certificateId(suite, certificate);
      const expiryMs = Date.now() + Math.floor(genesis.limits.longestLifeMs / 2);
      const body = { channelId, sender, salt: randomBytes(16), expiryMs, score, payload };
      const [admission] = await channel.submit([signTransaction(suite, body, seed)]);
      return admission as Admission;
    },
    progress: (id) => progressOf(parts, id),
    wait: (ids, stage, timeoutMs) => wait(parts, ids, stage, timeoutMs),
    isBusy: () => channel.outcomes.isFull,
    transaction: (id) => transactionView(parts, id),
    isCommitted: ledger.isCommitted,
    block: (which) => blockView(parts, which),
    proofs: channel.proofs,
    header: (height) => headerView(parts, height),
    executed: (height) => executedView(parts, height),
    get: (key) => ({ height: ledger.executedHeight(), held: ledger.get(key) }),
    range: ledger.range,
    history: ledger.history,
    baseHeight: ledger.baseHeight,
    resultsFrom: ledger.resultsFrom,
    height: () => channel.head().height,
    executedHeight: () => ledger.executedHeight(),
    consensus: () => consensusView(parts),
    epoch: () => parts.epochs.current,
    position: () => positionView(parts),
    executionStop: () => executionStop(parts),
    moves: channel.moves,
    certificateOf: (id) => channel.identities.certificateOf(id),
    query: (score, method, params) => query(parts, score, method, params),
    status: () => {
      const { divergedAt, evidence: _, ...consensus } = channel.status();
      const head = channel.head();
      return {
        channelId,
        name: genesis.name,
        peerId,
        consensus: { ...consensus, leaderId: links.peerOf(consensus.leader) ?? "" },
        height: head.height,
        blockId: head.blockId,
        executedHeight: ledger.executedHeight(),
        baseHeight: ledger.baseHeight(),
        snapshotHeight: ledger.snapshotHeight(),
        stateRoot: ledger.stateRoot(),
        transactionCount: channel.transactionCount,
        connected: links.connected(),
        halted: channel.execution.halted,
        diverged: divergedAt,
        suspensions: parts.scores.suspensions(),
        damaged: ledger
          .damage()
          .reduce((sum, { fromHeight, toHeight }) => sum + toHeight - fromHeight + 1, 0),
        pool: channel.pool.counts(),
      };
    },
    counts: () => {
      const { writes, bytes, syncs } = ledger.diskCounts();
      const sent = links.counts();
      return {
        signaturesVerified: channel.signaturesVerified,
        framesSent: sent.frames,
        bytesSent: sent.bytes,
        diskWrites: writes,
        diskBytes: bytes,
        diskSyncs: syncs,
        ...channel.appended,
      };
    },
    isLeader: () => links.peerOf(channel.status().leader) === peerId,
  };
};
