import {
  type Candidate,
  createLft,
  decodeMessage,
  type Effect,
  type Engine,
  encodeMessage,
  type Input,
  type LftState,
  type Message,
  type Rules,
  type Target,
  type TimerName,
} from "@dure/consensus";
import type { Hash } from "@dure/types";
import { encodeIds, rootOfBody } from "../body.ts";
import type { Channel } from "../world.ts";
import type { Key } from "./forge.ts";

type Told = Input extends infer I ? (I extends Input ? Omit<I, "nowMs"> : never) : never;

type Sent = {
  readonly from: number;
  readonly to: Target;
  readonly message: Message;
  readonly got: Set<number>;
};

/**
 * Engines on a bench: nothing moves but by hand. What they send lies on the wire until it is handed over; disks are
 * instant, data is never missing, and timers fire when told to. For schedules that must be exact.
 */
export class Bench {
  readonly #channel: Channel;
  readonly #engines: Engine<LftState>[];
  readonly #states: LftState[];
  readonly #wire: Sent[] = [];
  readonly #blocks = new Map<Hash, Candidate>();
  readonly #chains: Hash[][];
  #nowMs = 1_000;
  #transactions = 0;

  constructor(channel: Channel, rules: Rules) {
    const { config, seeds } = channel;
    this.#channel = channel;
    this.#engines = seeds.map((seed, index) => createLft({ ...config, self: { index, seed } }, rules));
    this.#states = this.#engines.map((engine) => engine.initial());
    this.#chains = seeds.map(() => []);
  }

  /** Starts a node from an empty disk, with a transaction to order. */
  start(node: number): void {
    const { base } = this.#channel.config;
    const head = { ...base, view: 0, executionHeight: 0, proof: undefined };
    const record = this.#engines[node]?.freshRecord();
    this.tell(node, { type: "start", head, record, candidates: [] });
    this.tell(node, { type: "pending", pending: true });
  }

  tell(node: number, input: Told): void {
    const engine = this.#engines[node] as Engine<LftState>;
    this.#nowMs += 1;
    const told = { ...input, nowMs: this.#nowMs } as Input;
    const { state, effects } = engine.step(this.#states[node] as LftState, told);
    this.#states[node] = state;
    for (const effect of effects) this.#carryOut(node, effect);
    for (const { blockId } of engine.wanted(this.#states[node] as LftState)) {
      const candidate = this.#blocks.get(blockId);
      if (candidate !== undefined) this.tell(node, { type: "held", candidate, valid: false });
    }
  }

  fire(name: TimerName, nodes: readonly number[]): void {
    for (const node of nodes) this.tell(node, { type: "timer", name });
  }

  /** Hands over what of the wire is wanted, to these nodes, each message once; also what is sent meanwhile. */
  pass(isWanted: (message: Message, from: number) => boolean, nodes: readonly number[]): void {
    for (let at = 0; at < this.#wire.length; at++) {
      const { from, to, message, got } = this.#wire[at] as Sent;
      if (!isWanted(message, from)) continue;
      for (const node of nodes) {
        if (node === from || got.has(node) || (to !== "all" && to !== node)) continue;
        got.add(node);
        this.tell(node, { type: "message", from, bytes: encodeMessage(message) });
      }
    }
  }

  /** Puts a forged message on the wire. */
  forge(from: number, message: Message): void {
    this.#wire.push({ from, to: "all", message, got: new Set() });
  }

  /** What a node sent and a forger may have seen. */
  sent(isWanted: (message: Message) => boolean): readonly Message[] {
    return this.#wire.map(({ message }) => message).filter(isWanted);
  }

  /** A validator's key. */
  key(index: number): Key {
    return { config: this.#channel.config, index, seed: this.#channel.seeds[index] as Uint8Array };
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  view(node: number): number {
    return (this.#engines[node] as Engine<LftState>).status(this.#states[node] as LftState).view;
  }

  /** The ids of a node's committed blocks, from height 1. */
  chain(node: number): readonly Hash[] {
    return this.#chains[node] as Hash[];
  }

  #carryOut(node: number, effect: Effect): void {
    switch (effect.type) {
      case "persist":
        for (const block of effect.blocks) this.#blocks.set(block.id, block);
        return;
      case "send": {
        const decoded = decodeMessage(effect.message);
        if (!decoded.ok) throw new Error(decoded.message);
        this.#wire.push({ from: node, to: effect.to, message: decoded.value, got: new Set() });
        return;
      }
      case "payload": {
        this.#transactions += 1;
        const { view, parentId, timestampMs } = effect;
        const bodyBytes = encodeIds([this.#transactions]);
        const bodyRoot = rootOfBody(this.#channel.config.suite, bodyBytes);
        const transactionCount = 1;
        return this.tell(node, {
          type: "payload",
          view,
          parentId,
          timestampMs,
          bodyBytes,
          bodyRoot,
          transactionCount,
        });
      }
      case "validate":
        return this.tell(node, { type: "held", candidate: effect.candidate, valid: true });
      case "commit":
        for (const { id, header } of effect.blocks) (this.#chains[node] as Hash[])[header.height - 1] = id;
        return;
      default:
        return;
    }
  }
}
