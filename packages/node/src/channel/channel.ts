import {
  type Candidate,
  createEngine,
  type Effect,
  type EngineConfig,
  type Head,
  recordEpoch,
} from "@dure/consensus";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { Verifier } from "@dure/crypto/verifier";
import type { Ledger } from "@dure/ledger";
import { type ChannelConfig, isConfiguration } from "@dure/membership";
import { Pool } from "@dure/mempool";
import type { Lane } from "@dure/network";
import type { ScoreHost } from "@dure/score-host";
import {
  type Batch,
  type BatchLimits,
  type Body,
  blockId,
  bodyRoot,
  decodeBlock,
  encodeBody,
  type Transaction,
} from "@dure/types";
import type { Logger } from "pino";
import { type Admission, Admissions } from "./admission.ts";
import { Batches } from "./batches.ts";
import { Behind } from "./behind.ts";
import { BlockReads, readBlock } from "./block-reads.ts";
import { blockOf, Candidates, type HeldBlock, holdBlock, readHeldBlock } from "./candidates.ts";
import { Certificates } from "./certificates.ts";
import { Configurations } from "./configurations.ts";
import { createDriver, type Driver } from "./driver.ts";
import { type EngineSelf, engineConfig } from "./engine-config.ts";
import type { Epochs } from "./epochs.ts";
import type { EvidenceStore } from "./evidence-store.ts";
import { Execution } from "./execution.ts";
import { Fetcher } from "./fetcher.ts";
import { decodeFrame, type Frame } from "./frame.ts";
import type { Identities } from "./identities.ts";
import type { Links } from "./links.ts";
import { unattested } from "./log-read.ts";
import { Moves } from "./moves.ts";
import { Outcomes } from "./outcomes.ts";
import { Proofs } from "./proofs.ts";
import { Refusals } from "./refusals.ts";
import { Repair } from "./repair.ts";
import { Retention } from "./retention.ts";
import type { Scores } from "./scores.ts";
import { Serving } from "./serving.ts";
import { claimedHeight, type Sighting, Sightings } from "./sightings.ts";
import { type Committed, Sync } from "./sync.ts";
import { TransactionCount } from "./transaction-count.ts";
import { Validator } from "./validator.ts";

export type ChannelOptions = {
  readonly suite: CryptoSuite;
  /** Verifies the signatures of transactions. */
  readonly verifier: Verifier;
  /** The genesis' configuration: its limits and SCOREs hold in every epoch. */
  readonly config: ChannelConfig;
  readonly epochs: Epochs;
  readonly self: EngineSelf;
  /** False where the consensus record of this peer's key was lost: then it follows without voting (rule 13). */
  readonly mayVote: boolean;
  /** The channel's directory in the peer's home. */
  readonly directory: string;
  readonly ledger: Ledger;
  readonly host: ScoreHost;
  readonly scores: Scores;
  readonly evidence: EvidenceStore;
  readonly links: Links;
  readonly frameBytesMax: number;
  /** How many of the newest blocks are kept at least; all unless given. */
  readonly keepBlocks: number | undefined;
  /** The time of the block that the state reflects at the start. */
  readonly executedTimestampMs: number;
  readonly logger: Logger;
  readonly now: () => number;
  /** An epoch began: who may connect may have changed. */
  readonly onEpoch: () => void;
  /** The disk failed, or there is a bug: nothing more may be said, and the process ends. */
  readonly onFailed: (error: unknown) => void;
};

/** Bounds of a block's header and body, whatever the channel. */
export const BLOCK_LIMITS = { headerBytesMax: 1 << 17, bodyBytesMax: 1 << 20 } as const;

/** Messages that wait while the epochs change: a bound, far above what comes in the time of a sync. */
const EARLY_MAX = 4_096;

/** How often transactions whose time is over leave the pool. */
const EXPIRE_MS = 1_000;

/**
 * One channel on one peer: carries out the engine's effects over journal, log, pool and links. What it may say is
 * decided by the engine; what must be durable before it is said, by the driver.
 */
export class Channel {
  readonly pool: Pool;
  readonly outcomes = new Outcomes();
  readonly execution: Execution;
  readonly proofs: Proofs;
  readonly moves = new Moves();
  readonly reads: BlockReads;
  readonly #options: ChannelOptions;
  readonly #configurations: Configurations;
  readonly #batchLimits: BatchLimits;
  readonly #admissions: Admissions;
  readonly #candidates = new Candidates();
  readonly #batches: Batches;
  readonly #validator: Validator;
  readonly #fetcher: Fetcher;
  readonly #sync: Sync;
  readonly #certificates: Certificates;
  readonly #expiry: NodeJS.Timeout;
  readonly #refusals: Refusals;
  readonly #retention: Retention;
  readonly #serving: Serving;
  readonly #behind: Behind;
  readonly #repair: Repair;
  readonly #count: TransactionCount;
  readonly #appended = { blocks: 0, transactions: 0 };
  /** The current epoch's engine, and what it runs by. Another takes its place when the epoch ends. */
  #engine: EngineConfig;
  #driver: Driver;
  /** The epoch's last block is in the log, and the next engine starts. */
  #entering: Promise<void> | undefined;
  /** What came for an engine that has not started yet. */
  #early: (() => void)[] = [];
  /** What the validators said last in this epoch. */
  #sightings = new Sightings();
  #isPending = false;
  #divergedAt: number | undefined;
  #view = 0;
  #isStarted = false;
  #isClosed = false;
  #payloadMade:
    | { readonly view: number; readonly body: Body; readonly batches: readonly Batch[] }
    | undefined;
  /** Blocks reach the log by commit and by sync: one at a time. */
  #appending: Promise<void> = Promise.resolve();

  constructor(options: ChannelOptions) {
    const { suite, config, epochs, ledger, links, now } = options;
    const { channelId } = epochs.current;
    const { limits } = config;
    this.#options = options;
    this.#batchLimits = { bytesMax: limits.batchBytesMax, transactionBytesMax: limits.transactionBytesMax };
    this.reads = new BlockReads(suite, ledger, this.#batchLimits);
    this.#configurations = new Configurations(suite, epochs);
    this.pool = new Pool({
      suite,
      channelId,
      limits,
      isCommitted: (id) => ledger.isCommitted(id),
      maySubmit: (sender, atMs) => this.identities.refusalAt(sender, atMs) === undefined,
      standsAlone: isConfiguration,
      mayStandAlone: (transaction, atMs) => this.#configurations.judge(transaction, atMs).ok,
    });
    this.#admissions = new Admissions({
      suite,
      verifier: options.verifier,
      pool: this.pool,
      identities: () => this.identities,
      configurations: this.#configurations,
      transactionBytesMax: limits.transactionBytesMax,
      now,
    });
    this.#refusals = new Refusals(options.logger, now);
    const onRefused = (peerId: string, reason: string): void => this.#refused(peerId, reason);
    this.#batches = new Batches({
      suite,
      verifier: options.verifier,
      channelId,
      limits: this.#batchLimits,
      pool: this.pool,
      identities: () => this.identities,
      links,
      isBlocking: (validators) => epochs.set.quorums.isBlocking(validators),
      now,
      disseminateMs: config.consensus.baseMs / 10,
      isAwaited: (digest) => this.#validator.isAwaited(digest),
      onBatch: (batch) => this.#batchArrived(batch),
      onRefused,
      onFailed: options.onFailed,
    });
    this.#validator = new Validator({
      suite,
      pool: this.pool,
      batches: this.#batches,
      candidates: this.#candidates,
      identities: () => this.identities,
      configurations: this.#configurations,
      blockTransactionsMax: limits.blockTransactionsMax,
      onHeld: (block, valid) => this.#hold(block, valid),
      onRefused,
    });
    this.#fetcher = new Fetcher(links, (id) => this.#validator.isWaitingFor(id));
    const blockLimits = { ...this.#batchLimits, ...BLOCK_LIMITS, batchBytesMax: limits.batchBytesMax };
    const { onFailed } = options;
    this.#sync = new Sync({
      suite,
      set: () => epochs.set,
      limits: blockLimits,
      links,
      head: () => this.head(),
      append: (blocks) => this.#appendSynced(blocks),
      onRefused,
      onBehind: () => this.#behind.ask(),
      onFailed,
    });
    this.#behind = new Behind({
      suite,
      directory: options.directory,
      genesis: ledger.genesis,
      links,
      height: () => this.head().height,
      onRefused,
      onFailed,
    });
    this.#repair = new Repair({
      ledger,
      setOf: (epoch) => epochs.setOf(epoch),
      limits: blockLimits,
      links,
      onRepaired: (height) => this.#repaired(height),
      onRefused,
      onFailed,
    });
    this.#count = new TransactionCount(options.directory, ledger, options.logger);
    this.execution = new Execution({
      ledger,
      host: options.host,
      scores: options.scores,
      identitiesOf: (epoch) => epochs.identitiesOf(epoch),
      defaultScore: config.defaultScore,
      timestampMs: options.executedTimestampMs,
      logger: options.logger,
      readBlock: (height) => readBlock(suite, ledger, this.#batchLimits, height),
      onExecuted: (execution, receipts) => {
        this.#driver.tell({ type: "executed", execution: { epoch: this.epoch, ...execution } });
        this.outcomes.executed(receipts);
        this.moves.moved();
      },
      onFailed: options.onFailed,
    });
    this.#certificates = new Certificates({
      ledger,
      validatorsOf: (epoch) => epochs.setOf(epoch),
      links,
      onRefused,
      onFailed,
    });
    this.#retention = new Retention({
      ledger,
      keepBlocks: options.keepBlocks,
      endsOf: (header) => epochs.endsUpTo(header),
      beforePruning: () => this.#keepCount(),
      logger: options.logger,
      onFailed,
    });
    this.#serving = new Serving({
      ledger,
      links,
      frameBytesMax: options.frameBytesMax,
      heldBlock: (id) => this.#candidates.get(id),
      certificateBytes: (height) => this.#certificates.bytesOf(height),
      checkpoint: () => this.#retention.checkpoint(),
      logger: options.logger,
    });
    this.proofs = new Proofs({
      suite,
      channelId,
      endsBefore: (epoch) => epochs.endsBefore(epoch),
      ledger,
      certificates: this.#certificates,
      findFinal: (id) => this.execution.find(id),
    });
    this.#engine = this.#engineConfig();
    this.#driver = this.#createDriver();
    this.#expiry = setInterval(() => this.#expire(), EXPIRE_MS);
  }

  #engineConfig(): EngineConfig {
    const { suite, epochs, self, logger } = this.#options;
    return engineConfig(suite, epochs.current, self, logger);
  }

  #createDriver(): Driver {
    const { ledger, links, now, onFailed } = this.#options;
    return createDriver(
      createEngine(this.#engine),
      {
        adopt: (blocks) => {
          for (const candidate of blocks) this.#adoptOwn(candidate);
        },
        persist: (record, blocks) => ledger.journal.append(record, this.#heldOf(blocks).map(blockOf)),
        commit: (effect) => this.#exclusively(() => this.#commit(effect)),
        send: (effect) => this.#send(effect),
        payload: (effect) => this.#payload(effect),
        validate: ({ candidate, from }) => this.#validator.validate(candidate, links.peerOf(from) ?? ""),
        notice: (effect) => this.#notice(effect),
        stepped: () => this.#stepped(),
        failed: onFailed,
      },
      now,
    );
  }

  /**
   * Takes part from the log's head and the journal on, executes what the log has beyond the state, and mends damage.
   * While damage hides transactions that may be alive, no validity can be judged: the engine starts when it is mended.
   */
  start(): void {
    const { ledger, logger } = this.#options;
    for (const span of ledger.damage()) logger.error(span, "blocks are damaged on disk: fetching them again");
    if (ledger.isReplayComplete()) this.#startEngine();
    this.execution.run();
    if (ledger.damage().length === 0) this.#count.start().catch(this.#options.onFailed);
    else this.#repair.run();
  }

  #startEngine(): void {
    const { ledger, suite, links } = this.#options;
    this.#isStarted = true;
    const candidates = [];
    for (const block of ledger.journal.blocks) {
      const held = readHeldBlock(suite, block, this.#batchLimits);
      if (!held.ok) throw new Error(`the journal holds a block that does not read: ${held.message}`);
      if (held.value.candidate.header.epoch !== this.epoch) continue;
      this.#adopt(held.value);
      candidates.push(held.value.candidate);
    }
    this.#tellStart(ledger.journal.record, candidates);
    for (const peerId of links.connected()) this.onUp(peerId);
  }

  #tellStart(found: Bytes | undefined, candidates: readonly Candidate[]): void {
    const { ledger, logger } = this.#options;
    const record = this.#recordOf(found);
    if (record === undefined && this.#engine.self !== undefined) {
      logger.error(
        "the consensus record is missing or damaged: this peer follows without voting until it is re-keyed",
      );
    }
    const execution = ledger.newestExecutionCertificate();
    this.#driver.tell({ type: "start", head: this.head(), record, candidates, execution });
    for (const executed of unattested(ledger, this.epoch))
      this.#driver.tell({ type: "executed", execution: executed });
  }

  /**
   * The record that the current epoch begins or goes on with. What this key signed in older epochs says nothing here:
   * every statement names its epoch. A record of a later epoch is of a log that was longer: sync leads back to it.
   */
  #recordOf(found: Bytes | undefined): Bytes | undefined {
    const { mayVote } = this.#options;
    const epoch = mayVote && found !== undefined ? recordEpoch(found) : undefined;
    if (epoch === undefined || epoch > this.epoch) return undefined;
    return epoch < this.epoch ? createEngine(this.#engine).freshRecord() : found;
  }

  /** Begins the epoch that a block of the log opens, when the old engine has said all that it had to (rule 14). */
  async #enterNext(last: HeldBlock, proof: Committed["block"]["proof"]): Promise<void> {
    const { epochs, ledger, logger, now, onEpoch } = this.#options;
    await this.#driver.close();
    const { candidate, transactions } = last;
    const [transaction] = transactions;
    if (transaction === undefined || proof === undefined)
      throw new Error(`block ${candidate.id} ends its epoch and holds no transaction or proof`);
    epochs.enter({ header: candidate.headerBytes, commit: proof, transaction: transaction.bytes });
    const { height } = candidate.header;
    logger.info({ epoch: this.epoch, height, engine: epochs.current.engine }, "an epoch begins");
    this.#release(Number.POSITIVE_INFINITY);
    this.pool.renumber();
    this.pool.expire(now());
    this.#engine = this.#engineConfig();
    this.#driver = this.#createDriver();
    this.#sightings = new Sightings();
    this.#isPending = false;
    this.#view = 0;
    onEpoch();
    if (this.#isStarted) this.#tellStart(ledger.journal.record, []);
    this.#entering = undefined;
    for (const tell of this.#early.splice(0)) tell();
    for (const peerId of this.#options.links.connected()) this.onUp(peerId);
    this.moves.moved();
  }

  /** Damage was found while running: the block is fetched again. */
  damaged(): void {
    this.#repair.run();
  }

  /** What is to be pruned is counted before it goes. */
  async #keepCount(): Promise<void> {
    if (this.#options.ledger.damage().length > 0) return;
    await this.#count.start();
    await this.#count.save();
  }

  #repaired(height: number): void {
    const { ledger, logger, onFailed } = this.#options;
    logger.info({ height }, "a damaged block was mended");
    if (!this.#isStarted && ledger.isReplayComplete()) this.#startEngine();
    if (ledger.damage().length === 0) this.#count.start().catch(onFailed);
    this.execution.resume();
  }

  /** The committed tip: at first the epoch's base, which is certified by definition at view 0. */
  head(): Head {
    const { base } = this.#options.epochs.current;
    const head = this.#options.ledger.head();
    if (head !== undefined && head.height > base.height) return head;
    return { ...base, view: 0, executionHeight: head?.executionHeight ?? 0, proof: undefined };
  }

  /** Whether this peer votes in the current epoch, by its configuration and with its record. */
  get mayVote(): boolean {
    return this.#options.mayVote && this.#engine.self !== undefined;
  }

  get epoch(): number {
    return this.#options.epochs.current.epoch;
  }

  /** Senders as the current configuration judges them. */
  get identities(): Identities {
    return this.#options.epochs.identities;
  }

  /** What a validator of the current epoch said last. */
  sightingOf(validator: number): Sighting | undefined {
    return this.#sightings.of(validator);
  }

  /** Signatures of transactions that this peer verified since its start. */
  get signaturesVerified(): number {
    return this.#options.verifier.count();
  }

  /** What was appended since the start. */
  get appended(): { readonly blocks: number; readonly transactions: number } {
    return { ...this.#appended };
  }

  /** How many transactions the chain holds. */
  get transactionCount(): number {
    return this.#count.value;
  }

  /** Admits clients' signed transactions; each one's answer stands at its place. */
  async submit(list: readonly Bytes[]): Promise<readonly Admission[]> {
    const admissions = await this.#admissions.admit(list);
    if (admissions.some(({ ok }) => ok)) this.#batches.cutSoon();
    return admissions;
  }

  /** A frame from a connected peer. What cannot be read costs its sender, never the process. */
  onFrame(from: string, _lane: Lane, bytes: Bytes): void {
    if (this.#isClosed) return;
    const decoded = decodeFrame(bytes);
    if (!decoded.ok) return this.#refused(from, decoded.message);
    this.#onFrame(from, decoded.value);
  }

  onUp(peerId: string): void {
    const peer = this.#options.links.indexOf(peerId);
    if (this.#isStarted && this.#entering === undefined) this.#driver.tell({ type: "connected", peer });
    this.#repair.hurry();
  }

  #onFrame(from: string, frame: Frame): void {
    const { frameBytesMax } = this.#options;
    switch (frame.type) {
      case "consensus": {
        this.#batches.receive(from, frame.batches);
        if (!this.#isStarted) return;
        // A copy: a view would keep the whole frame in memory for as long as the engine keeps a signature of it.
        const bytes = Uint8Array.from(frame.message);
        return this.#hear(from, bytes);
      }
      case "batches":
        return this.#batches.receive(from, frame.batches);
      case "held":
        return this.#batches.held(from, frame.digests);
      case "getBatches":
        return this.#batches.serve(from, frame.digests, frameBytesMax);
      case "getBlock":
        return this.#serving.block(from, frame.blockId);
      case "block":
        return this.#repair.receive(from, frame.block) ? undefined : this.#fetched(from, frame.block);
      case "getBlocks":
        return this.#serving.blocks(from, frame.fromHeight);
      case "blocks":
        return this.#sync.receive({ peerId: from, fromHeight: frame.fromHeight, blocks: frame.blocks });
      case "pruned":
        return this.#sync.pruned(from, frame.fromHeight, frame.baseHeight);
      case "getCheckpoint":
        return this.#serving.checkpoint(from);
      case "getState":
        return this.#serving.state(from, frame.height, frame.path);
      case "checkpoint":
        return this.#behind.receive(from, frame.checkpoint);
      // An answer to a peer that begins: this one has begun.
      case "state":
        return;
      case "getExecution":
        return this.#serving.execution(from, frame.height);
      case "execution":
        return this.#certificates.receive(from, frame.certificate);
    }
  }

  /** A consensus message; one that comes while the epochs change waits for the next one's engine. */
  #hear(from: string, bytes: Bytes): void {
    if (this.#entering !== undefined) {
      if (this.#early.length < EARLY_MAX) this.#early.push(() => this.#hear(from, bytes));
      return;
    }
    const validator = this.#options.links.indexOf(from);
    if (validator !== undefined) this.#sightings.note(validator, bytes, this.#options.now());
    const height = claimedHeight(this.#engine.engine, bytes);
    // The epoch that it speaks of runs another engine, which this one cannot read.
    if (height !== undefined) return height > this.head().height ? this.#sync.claim(from, height) : undefined;
    this.#driver.tell({ type: "message", from: validator, bytes });
  }

  #refused(peerId: string, reason: string): void {
    this.#refusals.note(peerId, reason);
  }

  /** Makes a block's data known to the pool and to later persists and commits. */
  #adopt(block: HeldBlock): void {
    for (const batch of block.batches)
      for (const der of batch.certificates.values()) this.identities.learn(der);
    this.#candidates.add(block);
    this.pool.track(block.candidate.id, block.body, block.transactions);
  }

  /** The data of the block that this node proposes: the payload that the engine asked for last. */
  #adoptOwn(candidate: Candidate): void {
    const own = this.#payloadMade;
    if (this.#candidates.has(candidate.id) || own === undefined || own.view !== candidate.header.view) return;
    const held = holdBlock(this.#options.suite, candidate, own.body, own.batches);
    if (held.ok) this.#adopt(held.value);
  }

  /** The data of candidates, but for those that the log holds already. One that neither holds is a bug of ours. */
  #heldOf(candidates: readonly Candidate[]): readonly HeldBlock[] {
    const held: HeldBlock[] = [];
    for (const { id, header } of candidates) {
      const block = this.#candidates.get(id);
      if (block !== undefined) held.push(block);
      else if (header.height > this.head().height) throw new Error(`block ${id} is not held`);
    }
    return held;
  }

  #hold(block: HeldBlock, valid: boolean): void {
    this.#adopt(block);
    this.#driver.tell({ type: "held", candidate: block.candidate, valid });
  }

  #batchArrived(batch: Batch): void {
    this.#validator.batchArrived(batch);
    this.#tellPending();
  }

  #tellPending(): void {
    if (!this.#isStarted) return;
    const isPending = this.pool.pending(this.#candidates.lineage(this.#driver.tip()));
    if (isPending === this.#isPending) return;
    this.#isPending = isPending;
    this.#driver.tell({ type: "pending", pending: isPending });
  }

  #stepped(): void {
    const { view } = this.#driver.status();
    if (view !== this.#view) {
      this.#view = view;
      this.moves.moved();
    }
    this.#fetcher.reconcile(this.#driver.wanted());
    this.#tellPending();
  }

  #expire(): void {
    this.pool.expire(this.#options.now());
    this.#tellPending();
  }

  #send({ to, message, about }: Extract<Effect, { type: "send" }>): void {
    const { links, now } = this.#options;
    const { self } = this.#engine;
    if (self !== undefined) this.#sightings.note(self.index, message, now());
    const digests =
      about === undefined ? [] : (this.#candidates.get(about.id)?.body ?? []).map(({ digest }) => digest);
    const frame: Frame = { type: "consensus", message, batches: this.#batches.unacknowledged(digests) };
    if (to === "all") return links.broadcast(frame);
    for (const index of typeof to === "number" ? [to] : to) {
      const peerId = links.peerOf(index);
      if (peerId !== undefined) links.send(peerId, frame);
    }
  }

  #payload({ view, parentId, timestampMs, empty }: Extract<Effect, { type: "payload" }>): void {
    const { suite } = this.#options;
    const lineage = this.#candidates.lineage(parentId);
    const allowed = (transaction: Transaction): boolean =>
      this.identities.refusalAt(transaction.sender, timestampMs) === undefined &&
      (!isConfiguration(transaction) || this.#configurations.judge(transaction, timestampMs).ok);
    const { body, transactions, batches } = empty
      ? { body: [], transactions: [], batches: [] }
      : this.pool.propose({ lineage, timestampMs, allowed });
    this.#payloadMade = { view, body, batches };
    if (transactions.length === 0) this.#isPending = false;
    this.#driver.tell({
      type: "payload",
      view,
      parentId,
      timestampMs,
      bodyBytes: encodeBody(body),
      bodyRoot: bodyRoot(suite, transactions),
      transactionCount: transactions.length,
      endsEpoch: transactions.some(isConfiguration),
    });
  }

  #notice(
    effect: Extract<
      Effect,
      { type: "sync" | "attested" | "diverged" | "evidence" | "disseminate" | "refused" }
    >,
  ): void {
    const { links, ledger, logger } = this.#options;
    switch (effect.type) {
      case "sync": {
        // Without a validator's name it came from a peer that is none here yet, or any more: all are asked.
        const peerId = effect.from === undefined ? undefined : links.peerOf(effect.from);
        for (const id of peerId === undefined ? links.connected() : [peerId])
          this.#sync.claim(id, effect.height);
        return;
      }
      case "attested":
        ledger.saveExecutionCertificate(effect.certificate).catch(this.#options.onFailed);
        return this.#certificates.saved(effect.certificate.height);
      case "diverged":
        this.#divergedAt = effect.height;
        logger.fatal(
          { height: effect.height, fatal: effect.fatal },
          "this node's execution contradicts others'",
        );
        if (effect.fatal)
          this.execution.halt(`this peer's result at height ${effect.height} contradicts a quorum's`);
        return;
      case "evidence": {
        const peerId = links.peerOf(effect.evidence.validator);
        const { type, view } = effect.evidence.second;
        logger.error({ peerId, type, view }, "a validator contradicts itself: the evidence is kept");
        this.#options.evidence.add(effect.evidence).catch(this.#options.onFailed);
        return;
      }
      case "disseminate":
        return this.#batches.disseminate();
      case "refused":
        return this.#refused(
          effect.from === undefined ? "" : (links.peerOf(effect.from) ?? ""),
          effect.reason,
        );
    }
  }

  #exclusively(work: () => Promise<void>): Promise<void> {
    const done = this.#appending.then(work);
    this.#appending = done.catch(() => undefined);
    return done;
  }

  /** Appends what the engine committed, but for what sync appended meanwhile; then it is final. */
  async #commit({ blocks, proof }: Extract<Effect, { type: "commit" }>): Promise<void> {
    const held = this.#heldOf(blocks.filter(({ header }) => header.height > this.head().height));
    if (held.length > 0)
      await this.#append(
        held,
        held.map((_, at) => (at === held.length - 1 ? proof : undefined)),
      );
  }

  async #appendSynced(blocks: readonly Committed[]): Promise<void> {
    await this.#exclusively(async () => {
      const fresh = blocks.filter(({ held }) => held.candidate.header.height > this.head().height);
      if (fresh.length === 0) return;
      for (const { held } of fresh) this.#adopt(held);
      await this.#append(
        fresh.map(({ held }) => held),
        fresh.map(({ block }) => block.proof),
      );
    });
    if (this.#entering === undefined) this.#driver.tell({ type: "advanced", head: this.head() });
    else await this.#entering;
  }

  async #append(held: readonly HeldBlock[], proofs: readonly Committed["block"]["proof"][]): Promise<void> {
    const { ledger } = this.#options;
    await ledger.append(
      held.map((block, at) => ({ ...blockOf(block), proof: proofs[at] })),
      undefined,
      held.map(({ transactions }) => transactions.map(({ id }) => id)),
    );
    for (const block of held) {
      const { candidate, transactions, batches } = block;
      this.#appended.blocks += 1;
      this.#appended.transactions += transactions.length;
      this.reads.committed(block);
      this.#certificates.saved(candidate.header.execution?.height ?? 0);
      this.pool.commit(transactions, candidate.header.timestampMs);
      this.outcomes.final(transactions.map(({ id }) => id));
      this.execution.committed({ header: candidate.header, transactions, batches });
      this.moves.committed(candidate.header.height, this.#options.now());
    }
    this.moves.moved();
    this.#count.add(
      held.length,
      held.reduce((sum, { transactions }) => sum + transactions.length, 0),
    );
    this.#retention.appended(held.length);
    this.#release(this.head().height);
    const last = held.at(-1);
    // Not awaited: the old engine's effects, of which this may be one, are carried out first.
    if (last?.candidate.header.endsEpoch === true)
      this.#entering = this.#enterNext(last, proofs.at(-1)).catch(this.#options.onFailed);
  }

  #release(height: number): void {
    const released = this.#candidates.release(height);
    this.pool.forget(released);
    this.#validator.release(height);
    this.#options.ledger.journal.release(({ headerBytes }) =>
      this.#candidates.has(blockId(this.#options.suite, headerBytes)),
    );
  }

  #fetched(from: string, bytes: Bytes): void {
    // Read only while something is wanted: a large block costs far more to check than to send.
    if (!this.#fetcher.isWanting) return;
    const { suite, config } = this.#options;
    const block = decodeBlock(bytes, { ...BLOCK_LIMITS, batchBytesMax: config.limits.batchBytesMax });
    if (!block.ok) return this.#refused(from, block.message);
    const held = readHeldBlock(suite, block.value, this.#batchLimits);
    if (!held.ok) return this.#refused(from, held.message);
    if (this.#fetcher.isWanted(held.value.candidate.id)) this.#hold(held.value, false);
  }

  status(): ReturnType<Driver["status"]> & { readonly divergedAt: number | undefined } {
    return { ...this.#driver.status(), divergedAt: this.#divergedAt };
  }

  /** Answers all clients that wait, and any that would. */
  settle(): void {
    this.outcomes.close();
    this.#certificates.close();
  }

  /** Stops in order: nothing new in, what is under way out, then execution. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#expiry);
    this.settle();
    this.#fetcher.close();
    this.#batches.close();
    await this.#repair.close();
    await this.#sync.close();
    await this.#driver.close();
    await this.#appending;
    await this.#entering;
    await this.#driver.close();
    await this.execution.close();
    await this.#retention.close();
    await this.#count.close();
  }
}
