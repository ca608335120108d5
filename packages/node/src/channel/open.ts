import { join } from "node:path";
import { createEngine } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import type { Verifier } from "@dure/crypto/verifier";
import { channelDirectory, type Ledger, openLedger } from "@dure/ledger";
import { type ChannelConfig, firstEpoch, isMember, type ParsedGenesis, parseGenesis } from "@dure/membership";
import type { Transport } from "@dure/network";
import { createScoreHost, type ScoreHost, type ScoreHostEvent } from "@dure/score-host";
import { encodeText } from "@dure/types";
import type { Logger } from "pino";
import { NodeError } from "../error.ts";
import { BLOCK_LIMITS, Channel } from "./channel.ts";
import { engineConfig } from "./engine-config.ts";
import { openEpochs } from "./epochs.ts";
import { EvidenceStore } from "./evidence-store.ts";
import { createLinks } from "./links.ts";
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

/** Height 0: the SCOREs' `init` over an empty state. */
const executeGenesis = async (ledger: Ledger, host: ScoreHost, genesis: ChannelConfig): Promise<void> => {
  if (ledger.executedHeight() >= 0) return;
  const inits = genesis.scores.map(({ name }) => ({ score: name, params: "{}" }));
  const outcomes = await host.executeGenesis(inits, genesis.timestampMs);
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
  let channel: Channel | undefined;
  const ledger = await openLedger({
    directory,
    suite,
    channelId,
    genesis: encodeText(genesisText),
    freshRecord: createEngine(
      engineConfig(suite, firstEpoch(document, channelId), self, logger),
    ).freshRecord(),
    publicKey,
    isKeyNew: was === undefined,
    limits: { ...BLOCK_LIMITS, batchBytesMax: genesis.limits.batchBytesMax },
    longestLifeMs: genesis.limits.longestLifeMs,
    onEvent: (event) => {
      logger.info({ event }, "ledger");
      if (event.type === "blocksDamaged") channel?.damaged();
    },
  });
  closers.push(() => ledger.close());
  const isRecordThere = ledger.journal.record !== undefined && !(ledger.created && was !== undefined);
  const mayVote = await mayVoteFrom(home, channelId, publicKey, { was, isRecordThere });
  const epochs = await openEpochs(suite, ledger, parsed);
  if (!isMember(epochs.config, peerId))
    logger.warn(
      "the channel does not name this peer yet: it waits outside until a change of the configuration adds it",
    );
  const host = await createScoreHost({
    scores: genesis.scores,
    onEvent: (event) => logHost(logger, event),
  });
  closers.push(() => host.close());
  await executeGenesis(ledger, host, genesis);
  const executed = await ledger.read(ledger.executedHeight());
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
    evidence,
    links,
    frameBytesMax: FRAME_BYTES_MAX,
    executedTimestampMs: executed?.header.timestampMs ?? genesis.timestampMs,
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
    view: viewOf({ ...options, genesis, epochs, channelId, channel, ledger, host, links, evidence }),
    config: () => epochs.config,
    isNewcomer: () => !running.mayVote && !epochs.config.followers.includes(peerId),
    settle: () => running.settle(),
    close: () => closeAll(closers),
  };
};
