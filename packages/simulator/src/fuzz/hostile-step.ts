import type { Candidate, Effect, EngineName, Input } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import { PROTOCOLS } from "../protocols.ts";
import { createRandom } from "../random.ts";
import { createStubSuite } from "../stub-suite.ts";
import { createChannel } from "../world.ts";
import { mutate } from "./mutate.ts";

const STEPS = 400;
const BYTES_MAX = 1 << 16;

/**
 * Feeds one engine with mutated messages of others, timers and data out of turn, and holds it to its word: it never
 * throws, its record never goes back, and it answers for itself. Returns what is wrong, if anything is.
 */
export const harass = (name: EngineName, seed: number, messages: readonly Bytes[]): string | undefined => {
  const random = createRandom(seed);
  const suite = createStubSuite(seed);
  const protocol = PROTOCOLS[name];
  const channel = createChannel(suite, random.fork(), 4, 1, name);
  const config = { ...channel.config, self: { index: 0, seed: channel.seeds[0] as Uint8Array } };
  const engine = protocol.create(config, {});
  const reports: string[] = [];
  const watch = protocol.watch({
    blocks: { add: () => undefined, header: () => undefined, ancestorAt: () => undefined } as never,
    quorums: { isQuorum: () => false, isBlocking: () => false } as never,
    faulty: [1, 2, 3],
    report: (invariant, detail) => reports.push(`${invariant}: ${detail}`),
    onCertified: () => undefined,
  });
  let state = engine.initial();
  let nowMs = 0;
  const candidates: Candidate[] = [];
  const act = (effect: Effect): void => {
    if (effect.type === "persist") watch.persisted(0, effect.record);
    if (effect.type === "validate") candidates.push(effect.candidate);
  };
  const tell = (input: Input): void => {
    const result = engine.step(state, input);
    state = result.state;
    for (const effect of result.effects) act(effect);
    watch.stepped(0, state);
    engine.wanted(state);
    engine.status(state);
  };
  const drawn = (): Input => {
    const kind = random.unit();
    if (kind < 0.08) {
      const name = random.pick(["view", "resend", "status", "propose", "drift", "group"] as const);
      return { type: "timer", name, nowMs };
    }
    if (kind < 0.12) return { type: "pending", pending: random.chance(0.5), nowMs };
    const candidate = candidates.length > 0 ? random.pick(candidates) : undefined;
    if (kind < 0.16 && candidate !== undefined)
      return { type: "held", candidate, valid: random.chance(0.7), nowMs };
    const bytes = random.pick(messages);
    const hostile = random.chance(0.7) ? mutate(random, bytes, messages) : bytes;
    const from = random.pick([undefined, 0, 1, 2, 3]);
    return { type: "message", from, bytes: hostile.slice(0, BYTES_MAX), nowMs };
  };
  try {
    const { base } = config;
    const head = { ...base, view: 0, executionHeight: 0, proof: undefined };
    tell({ type: "start", head, record: engine.freshRecord(), candidates: [], nowMs });
    for (let step = 0; step < STEPS; step++) {
      nowMs += random.below(40);
      tell(drawn());
    }
  } catch (error) {
    return `it threw ${error instanceof Error ? error.stack : String(error)}`;
  }
  return reports[0];
};
