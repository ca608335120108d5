import type { Outcome, QueryOutcome, Write } from "./outcome.ts";
import type { WireOutcome } from "./protocol.ts";

const isSorted = (writes: readonly Write[]): boolean =>
  writes.every(({ key }, at) => at === 0 || Buffer.compare((writes[at - 1] as Write).key, key) < 0);

/** A plain view: callers compare and keep what they get, and a Buffer is another class. */
const bytesOf = (text: string): Uint8Array => {
  const buffer = Buffer.from(text, "utf8");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
};

/**
 * Returns a child's outcome in the ledger's terms, or undefined if it claims what no call of that SCORE can
 * do: a write outside its own keys, or effects of a refused call.
 */
export const outcomeOf = (wire: WireOutcome, score: string): Outcome | undefined => {
  const [code, message, result, wireWrites, wireEvents, diagnostic] = wire;
  if (code !== 0 && wireWrites.length + wireEvents.length > 0) return undefined;
  const prefix = `${score}\0`;
  if (!wireWrites.every(([key]) => key.startsWith(prefix))) return undefined;
  const writes = wireWrites.map(
    ([key, value]): Write => ({ key: bytesOf(key), value: value === null ? undefined : bytesOf(value) }),
  );
  if (!isSorted(writes)) writes.sort((a, b) => Buffer.compare(a.key, b.key));
  const events = wireEvents.map(([name, data]) => ({ name, data }));
  return { code, message, result, writes, events, ...(diagnostic !== "" && { diagnostic }) };
};

/** Returns a child's outcome of a query, or undefined if it claims to have written or emitted anything. */
export const answerOf = (wire: WireOutcome): QueryOutcome | undefined => {
  const [code, message, result, writes, events, diagnostic] = wire;
  if (writes.length + events.length > 0) return undefined;
  return { kind: "answer", code, message, result, ...(diagnostic !== "" && { diagnostic }) };
};
