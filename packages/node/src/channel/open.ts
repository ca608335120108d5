import { access } from "node:fs/promises";
import { join } from "node:path";
import { createEngine } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import type { Verifier } from "@dure/crypto/verifier";
import {
  channelDirectory,
  type Ledger,
  LedgerError,
  type LedgerOptions,
  openLedger,
  restoreLedger,
} from "@dure/ledger";
import { trustOf } from "@dure/ledger/proof";
import { type ChannelConfig, firstEpoch, isMember, type ParsedGenesis, parseGenesis } from "@dure/membership";
import type { Transport } from "@dure/network";
import { createScoreHost, type ScoreHost, type ScoreHostEvent } from "@dure/score-host";
import { STORE } from "@dure/score-store";
import { encodeText, type Hash } from "@dure/types";
import type { Logger } from "pino";
import { NodeError } from "../error.ts";
import { BLOCK_LIMITS, Channel } from "./channel.ts";
import { engineConfig } from "./engine-config.ts";
import { openEpochs } from "./epochs.ts";
import { EvidenceStore } from "./evidence-store.ts";
import { encodeFrame } from "./frame.ts";
import { createLinks } from "./links.ts";
import { organisationsOf } from "./organisations.ts";
import { Restore } from "./restore.ts";
import { createScores, textReader } from "./scores.ts";
import { openSuspensions } from "./suspensions.ts";
import type { ChannelView } from "./view.ts";
import { type Submitter, viewOf } from "./view-of.ts";
import { mayVoteFrom, readVoterMark } from "./voter-mark.ts";

/** The largest frame between peers: a full block with its batches fits (the genesis is checked against it). */
export const FRAME_BYTES_MAX = 4 * 1024 * 1024;

export type OpenOptions = {
  readonly suite: CryptoSuite;
  readonly verifier: Verifier;
  readonly home: string;
  readonly genesisText: string;
  readonly peerId: string;
  readonly consensusSeed: Uint8Array;
  /** The identity at the time of asking: certificates are renewed. */
  readonly submitter: () => Submitter;
  readonly transport: Transport;
  /** Opens the port before there is a channel: to be given a snapshot of it. `config` says who may connect. */
  readonly connect: (channelId: Hash, config: ChannelConfig) => Promise<void>;
  /** Aborts where the peer is to close before it is open. */
  readonly stopping: AbortSignal;
  /** How many of the newest blocks are kept at least; all unless given. */
  readonly keepBlocks?: number | undefined;
  /** Whether a new home begins with a snapshot, where others offer one. */
  readonly beginWithSnapshot?: boolean | undefined;
  readonly snapshotEvery?: number | undefined;
  /** Suspensions of SCOREs beside those that the home keeps, as their documents' texts. */
  readonly suspensions?: readonly string[] | undefined;
  readonly logger: Logger;
  readonly onFailed: (error: unknown) => void;
};

/** A channel that runs on this peer. */
export type OpenChannel = {
  readonly view: ChannelView;
  /** The configuration that holds now. */
  readonly config: () => ChannelConfig;
  /** Whether this peer is no voter or follower as far as it knows, which may be less than others do. */
  readonly isNewcomer: () => boolean;
  /** Answers all clients that wait, and any that would: the peer is about to close. */
  readonly settle: () => void;
  readonly close: () => Promise<void>;
};

const readGenesis = (suite: CryptoSuite, text: string): Extract<ParsedGenesis, { ok: true }> => {
  const parsed = parseGenesis(suite, text);
  if (!parsed.ok)
    throw new NodeError("GENESIS_INVALID", `the genesis document is refused: ${parsed.message}`);
  return parsed;
};

const logHost = (logger: Logger, event: ScoreHostEvent): void => logger.info({ event }, "score host");

/** What a SCORE's `init` is given: the store learns which SCOREs the genesis founds, others nothing. */
const initParams = (name: string, { scores }: ChannelConfig): string =>
  name === STORE
    ? JSON.stringify({ scores: scores.map(({ name: score, version }) => ({ name: score, version })) })
    : "{}";

/** Height 0: the SCOREs' `init` over an empty state. */
const executeGenesis = async (ledger: Ledger, host: ScoreHost, genesis: ChannelConfig): Promise<void> => {
  if (ledger.executedHeight() >= 0) return;
  const inits = genesis.scores.map(({ name }) => ({ score: name, params: initParams(name, genesis) }));
  const { timestampMs } = genesis;
  const outcomes = await host.executeGenesis({ inits, timestampMs, organisations: organisationsOf(genesis) });
  outcomes.forEach(({ code, message }, at) => {
    if (code !== 0)
      throw new NodeError("GENESIS_INVALID", `SCORE ${inits[at]?.score}'s init failed: ${message}`);
  });
  await ledger.apply({ height: 0, receipts: [], writes: outcomes.map(({ writes }) => writes) });
};

/** Undoes what was opened, in the reverse order, each even if another fails. */
const closeAll = async (closers: readonly (() => Promise<void>)[]): Promise<void> => {
  const failed: unknown[] = [];
  for (const close of [...closers].reverse()) await close().catch((error: unknown) => failed.push(error));
  if (failed.length > 0) throw failed[0];
};

/** How long a new peer that may begin with a snapshot waits for others to offer one. */
const OFFER_MS = 15_000;

type Beginning = {
  readonly parsed: Extract<ParsedGenesis, { ok: true }>;
  readonly directory: string;
  readonly publicKey: Uint8Array;
  readonly isKeyNew: boolean;
  readonly patienceMs: number;
  readonly logger: Logger;
};

/** Gives a closed home the state of a snapshot from other peers, if one is offered in time. */
const beginWithSnapshot = async (
  { suite, genesisText, transport, connect, stopping }: OpenOptions,
  { parsed, directory, publicKey, isKeyNew, patienceMs, logger }: Beginning,
): Promise<void> => {
  const { channelId, config } = parsed;
  const trusted = trustOf(suite, genesisText);
  if (!trusted.ok) throw new NodeError("GENESIS_INVALID", trusted.message);
  const restore = new Restore({
    trust: trusted.trust,
    send: (peerId, frame) => membership.send(peerId, "bulk", encodeFrame(frame)),
    connected: () => transport.connected(channelId),
    restore: (checkpoint, fill) =>
      restoreLedger(
        { directory, suite, genesis: encodeText(genesisText), owner: { channelId, publicKey }, isKeyNew },
        checkpoint,
        fill,
      ),
    patienceMs,
    logger,
  });
  const membership = transport.join(channelId, {
    onFrame: (from, _lane, bytes) => restore.onFrame(from, bytes),
    onUp: (id) => restore.onUp(id),
    onDown: () => undefined,
  });
  const close = (): void => restore.close();
  stopping.addEventListener("abort", close);
  try {
    await connect(channelId, config);
    const isRestored = await restore.run();
    if (stopping.aborted) throw new NodeError("CLOSED", "the peer was closed before it had a snapshot");
    if (!isRestored) logger.info("no peer offered a snapshot: beginning with the genesis");
  } finally {
    stopping.removeEventListener("abort", close);
    membership.leave();
  }
};

/** Whether nothing was ever kept of the channel there. */
const isNewHome = (directory: string): Promise<boolean> =>
  access(join(directory, "home.json")).then(
    () => false,
    () => true,
  );

/**
 * Opens a channel's home, starts its score host and its engine, and joins its streams. Throws NodeError, LedgerError or
 * ScoreHostError, having closed again what it opened: an open ledger keeps the home from the next attempt.
 */
export const openChannel = async (options: OpenOptions): Promise<OpenChannel> => {
  const closers: (() => Promise<void>)[] = [];
  try {
    return await open(options, closers);
  } catch (error) {
    await closeAll(closers).catch(() => undefined);
    throw error;
  }
};

const open = async (options: OpenOptions, closers: (() => Promise<void>)[]): Promise<OpenChannel> => {
  const { suite, home, genesisText, consensusSeed, transport, peerId } = options;
  const parsed = readGenesis(suite, genesisText);
  const { config: genesis, document, channelId } = parsed;
  const logger = options.logger.child({ channel: genesis.name });
  const self = { peerId, seed: consensusSeed };
  const publicKey = suite.publicKeyOf(consensusSeed);
  const was = await readVoterMark(home, channelId, publicKey);
  const directory = channelDirectory(home, channelId);
  const isKeyNew = was === undefined;
  let channel: Channel | undefined;
  const ledgerOptions: LedgerOptions = {
    directory,
    suite,
    channelId,
    genesis: encodeText(genesisText),
    freshRecord: createEngine(
      engineConfig(suite, firstEpoch(document, channelId), self, logger),
    ).freshRecord(),
    publicKey,
    isKeyNew,
    limits: { ...BLOCK_LIMITS, batchBytesMax: genesis.limits.batchBytesMax },
    longestLifeMs: genesis.limits.longestLifeMs,
    onEvent: (event) => {
      logger.info({ event }, "ledger");
      if (event.type === "blocksDamaged") channel?.damaged();
    },
    ...(options.snapshotEvery !== undefined && { snapshotEvery: options.snapshotEvery }),
  };
  const begin = (patienceMs: number): Promise<void> =>
    beginWithSnapshot(options, { parsed, directory, publicKey, isKeyNew, patienceMs, logger });
  if (options.beginWithSnapshot === true && (await isNewHome(directory))) await begin(OFFER_MS);
  const ledger = await openLedger(ledgerOptions).catch(async (error: unknown) => {
    if (!(error instanceof LedgerError) || error.code !== "SNAPSHOT_NEEDED") throw error;
    logger.error({ err: error }, "this peer begins with a snapshot");
    await begin(Infinity);
    return openLedger(ledgerOptions);
  });
  closers.push(() => ledger.close());
  const isRecordThere = ledger.journal.record !== undefined && !(ledger.created && was !== undefined);
  const mayVote = await mayVoteFrom(home, channelId, publicKey, { was, isRecordThere });
  const epochs = await openEpochs(suite, ledger, parsed);
  if (!isMember(epochs.config, peerId))
    logger.warn(
      "the channel does not name this peer yet: it waits outside until a change of the configuration adds it",
    );
  const get = textReader(ledger);
  const suspensions = await openSuspensions(
    { suite, home, channelId, epochs, ledger, get, logger },
    options.suspensions ?? [],
  );
  const scores = createScores({ get, executedHeight: () => ledger.executedHeight(), genesis, suspensions });
  const host = await createScoreHost({
    scores: ledger.executedHeight() < 0 ? genesis.scores : scores.running(),
    onEvent: (event) => logHost(logger, event),
  });
  closers.push(() => host.close());
  await executeGenesis(ledger, host, genesis);
  const membership = transport.join(channelId, {
    onFrame: (from, lane, frame) => channel?.onFrame(from, lane, frame),
    onUp: (id) => channel?.onUp(id),
    onDown: (id) => logger.info({ peerId: id }, "disconnected"),
  });
  const leave = async (): Promise<void> => membership.leave();
  closers.push(leave);
  const links = createLinks(membership, () => transport.connected(channelId), epochs);
  const evidence = await EvidenceStore.open(join(directory, "evidence"), logger);
  const running = new Channel({
    suite,
    verifier: options.verifier,
    config: genesis,
    epochs,
    self,
    mayVote,
    directory,
    ledger,
    host,
    scores,
    evidence,
    links,
    frameBytesMax: FRAME_BYTES_MAX,
    keepBlocks: options.keepBlocks,
    executedTimestampMs: ledger.executedTimestampMs() || genesis.timestampMs,
    logger,
    now: Date.now,
    onEpoch: () => transport.review(),
    onFailed: options.onFailed,
  });
  channel = running;
  // What is under way still goes out: the streams are left last, but before the stores are closed.
  closers.push(() => running.close());
  running.start();
  return {
    view: viewOf({ ...options, genesis, epochs, channelId, channel, ledger, host, links, evidence, scores }),
    config: () => epochs.config,
    isNewcomer: () => !running.mayVote && !epochs.config.followers.includes(peerId),
    settle: () => running.settle(),
    close: () => closeAll(closers),
  };
};
