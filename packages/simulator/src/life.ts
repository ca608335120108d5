import {
  type Candidate,
  type Effect,
  type Engine,
  type EngineConfig,
  type Input,
  recordEpoch,
  type TimerName,
  validatorSet,
} from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import { decodeIds, encodeIds, isChange, rootOfBody, type TransactionId } from "./body.ts";
import { ruleOf } from "./coverage.ts";
import { appendToLog, headOf, keepExecution, releaseCandidates } from "./disk.ts";
import { Executor } from "./execution.ts";
import { Fetcher } from "./fetcher.ts";
import type { Frame } from "./frame.ts";
import { type Append, createInterpreter, type Interpreter } from "./interpreter.ts";
import { epochOfLog, type LifeOptions } from "./life-options.ts";
import { Pool } from "./pool.ts";
import { checkBlocks, serveBlocks } from "./sync.ts";

/** An input less its time. */
type Told = Input extends infer I ? (I extends Input ? Omit<I, "nowMs"> : never) : never;
type EffectOf<Type extends Effect["type"]> = Extract<Effect, { readonly type: Type }>;

/**
 * A node from start to crash: the engine, the interpretation of its effects, and all that a crash forgets. It follows
 * the shipped shell: persists, sends and appends go through one queue; timers, payloads and checks do not wait.
 */
export class Life {
  readonly #options: LifeOptions;
  readonly #pool = new Pool();
  readonly #fetcher: Fetcher;
  readonly #executor: Executor;
  readonly #interpreter: Interpreter;
  readonly #timers = new Map<TimerName, object>();
  readonly #inputs: Told[] = [];
  readonly #syncing = new Set<number>();
  #config: EngineConfig;
  #engine: Engine<unknown>;
  #state: unknown;
  /** Turns of leaders in the epochs before, where views begin anew. */
  #turnsBefore = 0;
  #isAlive = true;
  #isStepping = false;
  #isPending = false;

  constructor(options: LifeOptions) {
    const { disk, schedule, random, index, observer, peers, send, engineOf } = options;
    const isAlive = (): boolean => this.#isAlive;
    this.#options = options;
    this.#config = epochOfLog(disk, this.#options);
    this.#engine = engineOf(this.#config);
    this.#state = this.#engine.initial();
    this.#fetcher = new Fetcher({
      schedule,
      pool: this.#pool,
      peers,
      send,
      isAlive,
      onData: (candidate) => this.#judge(candidate),
    });
    this.#executor = new Executor({
      suite: this.#config.suite,
      disk,
      schedule,
      random,
      executeMs: options.executeMs,
      isAlive,
      onExecuted: (roots) => {
        const execution = { epoch: this.#config.epoch, ...roots };
        observer.executed(index, execution);
        this.#tell({ type: "executed", execution });
      },
    });
    this.#interpreter = createInterpreter(schedule, random, options.diskTiming, {
      send: (effect) => this.#send(effect),
      write: (record, blocks) => this.#write(record, blocks),
      append: (append) => this.#append(append),
      onTorn: (isKept) => options.coverage.note(`fault: unsynced write ${isKept ? "kept" : "lost"}`),
      crashes: options.crashes,
    });
  }

  /** Starts the engine from what the disk holds. */
  start(): void {
    const { disk } = this.#options;
    for (const { candidate } of disk.log) this.#pool.commit(candidate);
    const candidates = [...disk.candidates.values()]
      .filter(({ header }) => header.epoch === this.#config.epoch)
      .sort((a, b) => a.header.height - b.header.height);
    for (const candidate of candidates) this.#pool.hold(candidate);
    this.#tellStart(candidates);
    this.#executor.run();
  }

  #tellStart(candidates: readonly Candidate[]): void {
    const { disk, keepsExecution } = this.#options;
    const { epoch, base } = this.#config;
    const execution = keepsExecution ? disk.execution : undefined;
    this.#tell({ type: "start", head: headOf(disk, base), record: this.#record(), candidates, execution });
    for (const execution of this.#executor.unattested(epoch)) this.#tell({ type: "executed", execution });
  }

  /** What the disk has of this epoch; what was signed in an older one says nothing here. */
  #record(): Bytes | undefined {
    const { record } = this.#options.disk;
    const epoch = record === undefined ? undefined : recordEpoch(record);
    if (epoch === undefined || epoch > this.#config.epoch) return undefined;
    return epoch < this.#config.epoch ? this.#engine.freshRecord() : record;
  }

  /** The epoch's last block is in the log: the next one's engine starts. */
  #enterNext(): void {
    const { disk, engineOf, protocol, coverage } = this.#options;
    coverage.note("epoch begins");
    if (protocol.name === "lft") this.#turnsBefore += protocol.turns(this.status);
    this.#config = epochOfLog(disk, this.#options);
    this.#engine = engineOf(this.#config);
    this.#state = this.#engine.initial();
    this.#timers.clear();
    this.#inputs.length = 0;
    this.#isPending = false;
    this.#pool.forgetBefore(this.#config.epoch);
    for (const [id, { header }] of disk.candidates)
      if (header.epoch < this.#config.epoch) disk.candidates.delete(id);
    this.#tellStart([]);
  }

  /** Ends this life: nothing of it happens any more. */
  crash(): void {
    const { disk, random } = this.#options;
    this.#isAlive = false;
    this.#interpreter.crash();
    disk.executedHeight = Math.max(0, disk.executedHeight - random.below(3));
  }

  connected(peer: number): void {
    this.#tell({ type: "connected", peer });
  }

  /** A client's transaction. */
  submit(id: TransactionId): void {
    this.#learn([id]);
  }

  receive(from: number, frame: Frame): void {
    if (!this.#isAlive) return;
    const { disk } = this.#options;
    switch (frame.type) {
      case "consensus":
        this.#learn(frame.transactions);
        return this.#tell({ type: "message", from, bytes: frame.bytes });
      case "transactions":
        return this.#learn(frame.ids);
      case "getTransactions": {
        const missing = new Set(this.#pool.missing(frame.ids));
        const ids = frame.ids.filter((id) => !missing.has(id));
        if (ids.length > 0) this.#say(from, { type: "transactions", ids });
        return;
      }
      case "getBlock": {
        const { blockId } = frame;
        const logged = disk.log.find(({ candidate }) => candidate.id === blockId)?.candidate;
        const candidate = this.#pool.candidate(blockId) ?? logged;
        if (candidate !== undefined) this.#say(from, { type: "block", candidate });
        return;
      }
      case "block":
        return this.#fetched(frame.candidate);
      case "getBlocks": {
        const blocks = serveBlocks(disk.log, frame.fromHeight);
        if (blocks.length > 0) this.#say(from, { type: "blocks", blocks });
        return;
      }
      case "blocks":
        return this.#synced(from, frame);
    }
  }

  get status(): ReturnType<Engine<unknown>["status"]> {
    return this.#engine.status(this.#state);
  }

  get epoch(): number {
    return this.#config.epoch;
  }

  /** Turns of leaders that this node has seen go by, in all epochs. */
  get turns(): number {
    return this.#turnsBefore + this.#options.protocol.turns(this.status);
  }

  /** Transactions that this node holds and has not in its log. */
  get open(): readonly TransactionId[] {
    return this.#pool.open;
  }

  #say(to: number, frame: Frame): void {
    if (this.#isAlive) this.#options.send(to, frame);
  }

  #learn(ids: readonly TransactionId[]): void {
    if (ids.length === 0 || !this.#pool.add(ids)) return;
    this.#fetcher.arrived();
    this.#tellPending();
  }

  #now(): number {
    const { schedule, clockSkewMs } = this.#options;
    return Math.floor(schedule.nowMs() + clockSkewMs);
  }

  #tell(input: Told): void {
    if (!this.#isAlive) return;
    this.#inputs.push(input);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) this.#step(next);
    this.#isStepping = false;
  }

  #step(input: Told): void {
    if (!this.#isAlive) return;
    const { observer, index } = this.#options;
    const engine = this.#engine;
    const { state, effects } = engine.step(this.#state, { ...input, nowMs: this.#now() } as Input);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    if (!this.#isAlive) return;
    observer.stepped(index, state, this.#config.epoch);
    this.#fetcher.reconcile(engine.wanted(state));
    this.#tellPending();
  }

  #tellPending(): void {
    const tip = this.#engine.tip(this.#state);
    const isPending = !this.#options.censors && this.#pool.isPending(tip, this.#config.epoch);
    if (isPending === this.#isPending) return;
    this.#isPending = isPending;
    this.#tell({ type: "pending", pending: isPending });
  }

  #carryOut(effect: Effect): void {
    if (!this.#isAlive) return;
    const { observer, index, disk, coverage } = this.#options;
    if (effect.type !== "send" && effect.type !== "timer") coverage.note(ruleOf(effect));
    switch (effect.type) {
      case "persist":
        for (const block of effect.blocks) this.#pool.hold(block);
        return this.#interpreter.push(effect);
      case "send":
        return this.#interpreter.push(effect);
      case "commit": {
        const { blocks, proof } = effect;
        const proofs = blocks.map((_, at) => (at === blocks.length - 1 ? proof : undefined));
        return this.#interpreter.push({ type: "append", blocks, proofs, isSync: false });
      }
      case "timer":
        return this.#setTimer(effect);
      case "payload":
        return this.#payload(effect);
      case "validate":
        return this.#fetcher.obtain(effect.candidate, effect.from);
      case "sync":
        return this.#sync(effect);
      case "attested":
        return keepExecution(disk, effect.certificate);
      case "disseminate":
        return this.#disseminate();
      case "diverged":
      case "refused":
        return observer.complained(index, effect);
    }
  }

  #setTimer({ name, afterMs }: EffectOf<"timer">): void {
    const timer = {};
    this.#timers.set(name, timer);
    if (afterMs === undefined) return;
    this.#options.schedule.after(afterMs, () => {
      if (this.#timers.get(name) !== timer) return;
      this.#options.coverage.note(`timer: ${name}`);
      this.#tell({ type: "timer", name });
    });
  }

  #payload({ view, parentId, timestampMs, empty }: EffectOf<"payload">): void {
    const ids = empty || this.#options.censors ? [] : this.#pool.propose(parentId, this.#config.epoch);
    const bodyBytes = encodeIds(ids);
    const bodyRoot = rootOfBody(this.#config.suite, bodyBytes);
    if (ids.length === 0) this.#isPending = false;
    const transactionCount = ids.length;
    const payload = { view, parentId, timestampMs, bodyBytes, bodyRoot, transactionCount };
    this.#tell({ type: "payload", ...payload, endsEpoch: ids.some(isChange) });
  }

  /** The data of a proposal is here: whether it is what the header names, and valid, is known after a while. */
  #judge(candidate: Candidate): void {
    const { schedule, random, validateMs } = this.#options;
    const { suite } = this.#config;
    schedule.after(random.gap(validateMs), () => {
      const { header, bodyBytes } = candidate;
      const ids = decodeIds(bodyBytes) ?? [];
      const isNamed = rootOfBody(suite, bodyBytes) === header.bodyRoot;
      if (!this.#isAlive || !isNamed || ids.length !== header.transactionCount) return;
      const valid = this.#pool.isValid(ids, header);
      this.#pool.hold(candidate);
      this.#tell({ type: "held", candidate, valid });
    });
  }

  #fetched(candidate: Candidate): void {
    const { suite } = this.#config;
    if (!this.#fetcher.isWanted(candidate.id)) return;
    if (rootOfBody(suite, candidate.bodyBytes) !== candidate.header.bodyRoot) return;
    this.#pool.hold(candidate);
    this.#fetcher.arrived();
    this.#tell({ type: "held", candidate, valid: false });
  }

  #disseminate(): void {
    const ids = this.#pool.open;
    if (ids.length === 0) return;
    for (const peer of this.#options.peers) this.#say(peer, { type: "transactions", ids });
  }

  #send({ to, message, about }: EffectOf<"send">): void {
    const { observer, index, peers, sendsData, protocol, coverage } = this.#options;
    const decoded = protocol.decode(message);
    if (decoded === undefined) throw new Error("an engine sent what it cannot read");
    observer.sent(index, decoded);
    coverage.note(`message: ${decoded.type}`);
    const transactions = about === undefined || !sendsData ? [] : (decodeIds(about.bodyBytes) ?? []);
    const frame: Frame = {
      type: "consensus",
      bytes: message,
      message: decoded,
      transactions,
    };
    const receivers = to === "all" ? peers : typeof to === "number" ? [to] : to;
    for (const peer of receivers) this.#say(peer, frame);
  }

  #write(record: Bytes, blocks: readonly Candidate[]): void {
    const { disk, observer, index, keptRecord, keepsData } = this.#options;
    disk.record = keptRecord(record);
    if (keepsData) for (const block of blocks) disk.candidates.set(block.id, block);
    releaseCandidates(disk);
    observer.persisted(index, record, blocks);
  }

  #append({ blocks, proofs, isSync }: Append): void {
    const { disk, observer, index } = this.#options;
    const appended = appendToLog(disk, blocks, proofs);
    for (const { candidate } of appended) this.#pool.commit(candidate);
    releaseCandidates(disk);
    observer.appended(index, appended);
    this.#fetcher.release(disk.log.length);
    if (!this.#isAlive) return;
    this.#executor.run();
    if (appended.at(-1)?.candidate.header.endsEpoch === true) this.#enterNext();
    else if (isSync) this.#tell({ type: "advanced", head: headOf(disk, this.#config.base) });
    this.#tellPending();
  }

  #sync({ from, height }: EffectOf<"sync">): void {
    const { disk, schedule, random, peers } = this.#options;
    const peer = from ?? random.pick(peers);
    if (height <= disk.log.length || this.#syncing.has(peer)) return;
    this.#syncing.add(peer);
    this.#say(peer, { type: "getBlocks", fromHeight: disk.log.length + 1 });
    schedule.after(30, () => this.#syncing.delete(peer));
  }

  #synced(from: number, { blocks }: Extract<Frame, { readonly type: "blocks" }>): void {
    const { disk } = this.#options;
    const config = this.#config;
    if (!this.#syncing.has(from)) return;
    const fresh = checkBlocks(config.suite, validatorSet(config), headOf(disk, config.base), blocks);
    if (fresh === undefined) return;
    this.#interpreter.push({
      type: "append",
      blocks: fresh.map(({ candidate }) => candidate),
      proofs: fresh.map(({ proof }) => proof),
      isSync: true,
    });
  }
}
