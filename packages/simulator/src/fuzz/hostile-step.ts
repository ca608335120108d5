import type { Candidate, Effect, EngineName, Input } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import { Blocks } from "../blocks.ts";
import { encodeIds, rootOfBody } from "../body.ts";
import { createRandom } from "../random.ts";
import { found } from "../run.ts";
import { mutate } from "./mutate.ts";
import { trafficOf } from "./traffic.ts";

const STEPS = 400;
const BYTES_MAX = 1 << 16;

/** Messages that were sent in the channel of a seed. */
export type Overheard = { readonly of: number; readonly messages: readonly Bytes[] };

/** What was said in the channel of one seed of an engine. */
export const overhear = (engine: EngineName, of: number): Overheard => ({
  of,
  messages: trafficOf(engine, [of]).messages,
});

/**
 * Feeds one engine with mutated messages of others, timers and data out of turn, and holds it to its word: it never
 * throws, its record never goes back, and it answers for itself. Returns what is wrong, if anything is.
 */
export const harass = (
  engineName: EngineName,
  { of, messages }: Overheard,
  seed: number,
): string | undefined => {
  const random = createRandom(seed);
  // The channel that the messages are of: what was signed in it verifies here.
  const { protocol, channel } = found({ seed: of, validators: 4, engine: engineName });
  const config = { ...channel.config, self: { index: 0, seed: channel.seeds[0] as Uint8Array } };
  const engine = protocol.create(config, {});
  const reports: string[] = [];
  const watch = protocol.watch({
    blocks: new Blocks(config.suite),
    quorums: { isQuorum: () => false, isBlocking: () => false } as never,
    faulty: [1, 2, 3],
    report: (invariant, detail) => reports.push(`${invariant}: ${detail}`),
    onCertified: () => undefined,
  });
  let state = engine.initial();
  let nowMs = 0;
  const candidates: Candidate[] = [];
  const bodies: Extract<Effect, { readonly type: "payload" }>[] = [];
  let [heard, refused] = [0, 0];
  const act = (effect: Effect): void => {
    if (effect.type === "validate") candidates.push(effect.candidate);
    if (effect.type === "payload") bodies.push(effect);
    if (effect.type === "persist") watch.persisted(0, effect.record);
    if (effect.type === "send") {
      const message = protocol.decode(effect.message);
      if (message === undefined) reports.push("it sent what does not read");
      else watch.sent(0, message);
    }
    if (effect.type !== "refused") return;
    refused += 1;
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
    const body = kind < 0.2 ? bodies.pop() : undefined;
    if (body !== undefined) {
      const bodyBytes = encodeIds([]);
      const bodyRoot = rootOfBody(config.suite, bodyBytes);
      const { view, parentId, timestampMs } = body;
      return {
        type: "payload",
        view,
        parentId,
        timestampMs,
        bodyBytes,
        bodyRoot,
        transactionCount: 0,
        nowMs,
      };
    }
    heard += 1;
    const bytes = random.pick(messages);
    const hostile = random.chance(0.4) ? mutate(random, bytes, messages) : bytes;
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
  // Or nothing of it was more than a refusal, and the flood showed little.
  if (refused > 0.95 * heard) return `it refused ${refused} of ${heard} messages`;
  return reports[0];
};
