/** Validators of one channel with real signatures over a network, disks and a clock that a test holds in its hand. */
import assert from "node:assert/strict";
import type { Bytes } from "@dure/crypto";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  type CommitProof,
  decodeText,
  type Execution,
  encodeText,
  type Hash,
  parseHash,
  toHash,
} from "@dure/types";
import type { Candidate, Effect, Engine, EngineConfig, Head, Input, TimerName } from "../engine.ts";
import { validatorSet, verifyCommitProof } from "../verify-certificate.ts";
import { createIbft } from "./ibft.ts";
import { decodeMessage, type Message } from "./message.ts";
import { RULES, type Rules } from "./rules.ts";
import type { State } from "./state.ts";

export const suite = createSodiumSuite();
export const channelId: Hash = parseHash("ab".repeat(32)) ?? assert.fail();
export const START_MS = 1_700_000_000_000;

export const seedOf = (at: number): Bytes => new Uint8Array(32).fill(at + 1);

/** The configuration of validator `self` among `count` of weight 1. */
export const configOf = (count: number, self: number | undefined): EngineConfig => ({
  engine: "ibft",
  suite,
  channelId,
  epoch: 1,
  base: { blockId: channelId, height: 0, timestampMs: START_MS - 1 },
  validators: Array.from({ length: count }, (_, at) => ({
    publicKey: suite.publicKeyOf(seedOf(at)),
    weight: 1,
  })),
  self: self === undefined ? undefined : { index: self, seed: seedOf(self) },
  spinInterval: 1,
  timing: { baseMs: 100, capMs: 1_000, blockIntervalMs: 5, driftMs: 1_000, resendMs: 50, statusMs: 200 },
  lag: 8,
});

type Told = Input extends infer I ? (I extends Input ? Omit<I, "nowMs"> : never) : never;

/** What outlives a crash. */
type Disk = {
  record: Bytes | undefined;
  readonly candidates: Map<Hash, Candidate>;
  readonly log: { readonly candidate: Candidate; readonly proof: CommitProof }[];
};

type Sent = { readonly from: number; readonly to: number; readonly bytes: Bytes; readonly message: Message };

/** Where a node dies: before or after its persist of this number is on the disk. */
export type Crash = { readonly node: number; readonly persist: number; readonly isWritten: boolean };

type Running = {
  readonly engine: Engine<State>;
  state: State;
  readonly timers: Map<TimerName, number>;
  isUp: boolean;
  persists: number;
};

export class Network {
  readonly count: number;
  readonly nodes: Running[];
  readonly disks: Disk[];
  nowMs = START_MS;
  /** Everything that was sent, in order. */
  readonly sent: Sent[] = [];
  readonly refusals: string[] = [];
  /** Whether a message arrives. */
  arrives: (message: Sent) => boolean = () => true;
  crash: Crash | undefined;
  readonly #queue: Sent[] = [];
  /** Transactions, by node; a committed one is in no pool. */
  readonly #pools: Set<string>[];
  readonly #told: boolean[];

  constructor(count: number, rules: Rules = RULES) {
    this.count = count;
    this.nodes = Array.from({ length: count }, (_, at) => {
      const engine = createIbft(configOf(count, at), rules);
      return { engine, state: engine.initial(), timers: new Map(), isUp: false, persists: 0 };
    });
    this.disks = this.nodes.map(({ engine }) => ({
      record: engine.freshRecord(),
      candidates: new Map(),
      log: [],
    }));
    this.#pools = this.nodes.map(() => new Set());
    this.#told = this.nodes.map(() => false);
  }

  start(...nodes: readonly number[]): void {
    for (const at of nodes.length === 0 ? this.nodes.keys() : nodes) this.#start(at);
  }

  #start(at: number): void {
    const node = this.nodes[at] as Running;
    const disk = this.disks[at] as Disk;
    Object.assign(node, { state: node.engine.initial(), isUp: true });
    node.timers.clear();
    this.#told[at] = false;
    const candidates = [...disk.candidates.values()].sort((a, b) => a.header.height - b.header.height);
    this.tell(at, { type: "start", head: this.headOf(at), record: disk.record, candidates });
  }

  kill(at: number): void {
    (this.nodes[at] as Running).isUp = false;
  }

  headOf(at: number): Head {
    const last = this.disks[at]?.log.at(-1);
    if (last === undefined)
      return { ...configOf(this.count, at).base, view: 0, executionHeight: 0, proof: undefined };
    const { header, id } = last.candidate;
    const { height, view, timestampMs } = header;
    return { height, blockId: id, view, timestampMs, executionHeight: height, proof: last.proof };
  }

  /** Puts a transaction into the pools of these nodes, or of all. */
  submit(transaction: string, ...nodes: readonly number[]): void {
    for (const at of nodes.length === 0 ? this.nodes.keys() : nodes) {
      this.#pools[at]?.add(transaction);
      this.#tellPending(at);
    }
  }

  #open(at: number): readonly string[] {
    const done = new Set((this.disks[at]?.log ?? []).flatMap(({ candidate }) => idsOf(candidate.bodyBytes)));
    return [...(this.#pools[at] ?? [])].filter((id) => !done.has(id));
  }

  #tellPending(at: number): void {
    const pending = this.#open(at).length > 0;
    if (!this.nodes[at]?.isUp || pending === this.#told[at]) return;
    this.#told[at] = pending;
    this.tell(at, { type: "pending", pending });
  }

  /** One input to one node, and its effects. Returns what it sent. */
  tell(at: number, input: Told): readonly Message[] {
    const node = this.nodes[at] as Running;
    if (!node.isUp) return [];
    const { state, effects } = node.engine.step(node.state, { ...input, nowMs: this.nowMs } as Input);
    node.state = state;
    const before = this.sent.length;
    const answers: Told[] = [];
    for (const effect of effects) {
      if (node.isUp) this.#carryOut(at, effect, answers);
    }
    const said = this.sent.slice(before).map(({ message }) => message);
    for (const answer of answers) this.tell(at, answer);
    for (const { blockId } of node.isUp ? node.engine.wanted(node.state) : []) this.#fetch(at, blockId);
    this.#tellPending(at);
    return said;
  }

  #carryOut(at: number, effect: Effect, answers: Told[]): void {
    const node = this.nodes[at] as Running;
    const disk = this.disks[at] as Disk;
    switch (effect.type) {
      case "persist": {
        node.persists++;
        const isLast = this.crash?.node === at && this.crash.persist === node.persists;
        if (!isLast || this.crash?.isWritten) {
          disk.record = effect.record;
          for (const block of effect.blocks) disk.candidates.set(block.id, block);
        }
        if (isLast) this.kill(at);
        return;
      }
      case "send":
        return this.#send(at, effect);
      case "timer":
        if (effect.afterMs === undefined) node.timers.delete(effect.name);
        else node.timers.set(effect.name, this.nowMs + effect.afterMs);
        return;
      case "payload": {
        const ids = effect.empty ? [] : this.#open(at);
        const bodyBytes = encodeText(ids.join("\n"));
        const bodyRoot = rootOf(bodyBytes);
        this.#told[at] = ids.length > 0;
        answers.push({ ...effect, type: "payload", bodyBytes, bodyRoot, transactionCount: ids.length });
        return;
      }
      case "validate":
        answers.push({
          type: "held",
          candidate: effect.candidate,
          valid: rootOf(effect.candidate.bodyBytes) === effect.candidate.header.bodyRoot,
        });
        return;
      case "commit":
        return this.#commit(at, effect, answers);
      case "sync":
        return this.#sync(at, effect.from, answers);
      case "disseminate":
        for (const id of this.#open(at)) this.submit(id);
        return;
      case "refused":
        this.refusals.push(effect.reason);
        return;
      case "diverged":
        return assert.fail("equal executions diverged");
      case "attested":
      case "evidence":
        return;
    }
  }

  #send(from: number, { to, message: bytes }: Extract<Effect, { type: "send" }>): void {
    const decoded = decodeMessage(bytes);
    assert.ok(decoded.ok);
    for (const target of to === "all" ? this.nodes.keys() : [to].flat()) {
      const sent = { from, to: target, bytes, message: decoded.value };
      if (target === from) continue;
      this.sent.push(sent);
      this.#queue.push(sent);
    }
  }

  #commit(at: number, { blocks, proof }: Extract<Effect, { type: "commit" }>, answers: Told[]): void {
    for (const candidate of blocks) this.#append(at, candidate, proof, answers);
  }

  #append(at: number, candidate: Candidate, proof: CommitProof, answers: Told[]): void {
    const { log, candidates } = this.disks[at] as Disk;
    if (candidate.header.height <= log.length) return;
    assert.equal(candidate.header.height, log.length + 1);
    const set = validatorSet(configOf(this.count, at));
    assert.ok(this.isMutated || verifyCommitProof(set, candidate.id, candidate.header, proof));
    log.push({ candidate, proof });
    for (const [id, { header }] of candidates) if (header.height <= log.length) candidates.delete(id);
    const execution: Execution = {
      epoch: 1,
      height: log.length,
      stateRoot: undefined,
      receiptsRoot: candidate.id,
    };
    answers.push({ type: "executed", execution });
  }

  /** A mutant's certificates are no proofs to anyone else. */
  isMutated = false;

  #sync(at: number, from: number | undefined, answers: Told[]): void {
    const source = this.disks[from ?? -1];
    const own = this.disks[at] as Disk;
    if (source === undefined || !this.nodes[from ?? -1]?.isUp || source.log.length <= own.log.length) return;
    for (const { candidate, proof } of source.log.slice(own.log.length))
      this.#append(at, candidate, proof, answers);
    answers.push({ type: "advanced", head: this.headOf(at) });
  }

  #fetch(at: number, id: Hash): void {
    for (const [source, disk] of this.disks.entries()) {
      const candidate =
        disk.candidates.get(id) ?? disk.log.find((block) => block.candidate.id === id)?.candidate;
      if (source === at || candidate === undefined || !this.nodes[source]?.isUp) continue;
      this.tell(at, { type: "held", candidate, valid: false });
      return;
    }
  }

  /** Delivers what is under way, and what follows, until nothing is. */
  deliver(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (this.arrives(next)) this.tell(next.to, { type: "message", from: next.from, bytes: next.bytes });
    }
  }

  /** Lets time pass, timer by timer, until the condition holds; fails after `limitMs`. */
  runUntil(condition: () => boolean, limitMs = 20_000): void {
    const endMs = this.nowMs + limitMs;
    for (;;) {
      this.deliver();
      if (condition()) return;
      const due = this.#nextTimer();
      assert.ok(due !== undefined && due.atMs <= endMs, "the condition holds in time");
      this.nowMs = Math.max(this.nowMs, due.atMs);
      this.nodes[due.node]?.timers.delete(due.name);
      this.tell(due.node, { type: "timer", name: due.name });
    }
  }

  #nextTimer(): { readonly node: number; readonly name: TimerName; readonly atMs: number } | undefined {
    return this.nodes
      .flatMap(({ timers, isUp }, node) =>
        isUp ? [...timers].map(([name, atMs]) => ({ node, name, atMs })) : [],
      )
      .sort((a, b) => a.atMs - b.atMs)[0];
  }

  /** The committed height of every node that is up, or of these. */
  heights(...nodes: readonly number[]): readonly number[] {
    return (nodes.length === 0 ? [...this.nodes.keys()].filter((at) => this.nodes[at]?.isUp) : nodes).map(
      (at) => this.disks[at]?.log.length ?? 0,
    );
  }

  /** Whether the logs of all nodes agree as far as they go. */
  agree(): boolean {
    const longest = this.disks.map(({ log }) => log).sort((a, b) => b.length - a.length)[0] ?? [];
    return this.disks.every(({ log }) =>
      log.every(({ candidate }, at) => candidate.id === longest[at]?.candidate.id),
    );
  }
}

const rootOf = (bytes: Bytes): Hash => toHash(suite.hash(bytes));
const idsOf = (bodyBytes: Bytes): readonly string[] =>
  (decodeText(bodyBytes) ?? "").split("\n").filter((id) => id !== "");
