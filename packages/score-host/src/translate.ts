import type { Outcome, QueryOutcome, Write } from "./outcome.ts";
import type { WireOutcome } from "./protocol.ts";

/**
 * Returns a child's outcome in the ledger's terms, or undefined if it claims what no call of that SCORE can
 * do: a write outside its own keys, or effects of a refused call.
 */
export const outcomeOf = (wire: WireOutcome, score: string): Outcome | undefined => {
  const { code, message, result, diagnostic } = wire;
  if (code !== 0 && wire.writes.length + wire.events.length > 0) return undefined;
  if (!wire.writes.every(([key]) => key.startsWith(`${score}\0`))) return undefined;
  const writes = wire.writes
    .map(([key, value]): Write => {
      const bytes = value === null ? undefined : new Uint8Array(Buffer.from(value, "utf8"));
      return { key: new Uint8Array(Buffer.from(key, "utf8")), value: bytes };
    })
    .sort((a, b) => Buffer.compare(a.key, b.key));
  const events = wire.events.map(([name, data]) => ({ name, data }));
  return { code, message, result, writes, events, ...(diagnostic !== "" && { diagnostic }) };
};

/** Returns a child's outcome of a query, or undefined if it claims to have written or emitted anything. */
export const answerOf = (wire: WireOutcome): QueryOutcome | undefined => {
  const { code, message, result, diagnostic } = wire;
  if (wire.writes.length + wire.events.length > 0) return undefined;
  return { kind: "answer", code, message, result, ...(diagnostic !== "" && { diagnostic }) };
};
