import type { Outcome, QueryOutcome, Write } from "./outcome.ts";
import type { WireOutcome } from "./wire-outcomes.ts";

const isSorted = (writes: readonly Write[]): boolean =>
  writes.every(({ key }, at) => at === 0 || Buffer.compare((writes[at - 1] as Write).key, key) < 0);

/** A plain view: callers compare and keep what they get, and a Buffer is another class. */
const bytesOf = (text: string): Uint8Array => {
  const buffer = Buffer.from(text, "utf8");
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
};

const forAuthors = (diagnostic: string, trace: string | undefined) => ({
  ...(diagnostic !== "" && { diagnostic }),
  ...(trace !== undefined && { trace }),
});

/** A SCORE's name and the NUL that follows it in every key of its state. */
const OWNED = /^[a-z0-9-]{1,64}\0./s;

/**
 * Returns a child's outcome in the ledger's terms, or undefined if it claims what no call can do: a write to keys that
 * are no SCORE's, or effects of a refused call. Those of an activation also hold what the SCORE store wrote of it.
 */
export const outcomeOf = (wire: WireOutcome, isActivation: boolean): Outcome | undefined => {
  const [code, message, result, wireWrites, wireEvents, steps, bytes, diagnostic, trace] = wire;
  if (code !== 0 && !isActivation && wireWrites.length + wireEvents.length > 0) return undefined;
  if (!wireWrites.every(([key]) => OWNED.test(key))) return undefined;
  const writes = wireWrites.map(
    ([key, value]): Write => ({ key: bytesOf(key), value: value === null ? undefined : bytesOf(value) }),
  );
  if (!isSorted(writes)) writes.sort((a, b) => Buffer.compare(a.key, b.key));
  const events = wireEvents.map(([score, name, data]) => ({ score, name, data }));
  const used = { steps, bytes };
  return { code, message, result, writes, events, used, ...forAuthors(diagnostic, trace) };
};

/** Returns a child's outcome of a query, or undefined if it claims to have written or emitted anything. */
export const answerOf = (wire: WireOutcome): QueryOutcome | undefined => {
  const [code, message, result, writes, events, steps, bytes, diagnostic, trace] = wire;
  if (writes.length + events.length > 0) return undefined;
  const used = { steps, bytes };
  return { kind: "answer", code, message, result, used, ...forAuthors(diagnostic, trace) };
};
