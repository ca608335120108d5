/**
 * Outcomes as they travel: all their texts as one, and how that is cut in numbers. What a contract puts out is JSON
 * already, and to write it as JSON once more, quote by quote, takes longer than all the rest of the way.
 */
import {
  EVENT_BYTES_MAX,
  EVENT_NAME,
  EVENTS_MAX,
  isAuthorsCode,
  KEY_BYTES_MAX,
  MESSAGE_CHARS_MAX,
  RESULT_BYTES_MAX,
  VALUE_BYTES_MAX,
  WRITES_MAX,
} from "./bounds.ts";
import type { Code } from "./outcome.ts";

/** A state value on the wire: its canonical JSON text, or null where there is none. */
export type WireValue = string | null;

/** The keys of writes are `name NUL key`. */
export type WireOutcome = readonly [
  code: Code,
  message: string,
  result: string,
  writes: readonly (readonly [key: string, value: WireValue])[],
  events: readonly (readonly [score: string, name: string, data: string])[],
  steps: number,
  bytes: number,
  diagnostic: string,
  /** In an author's kit alone: the engine's stack of what was thrown. */
  trace?: string,
];

/**
 * `numbers`, an array as JSON: of each outcome code, steps, bytes, how many writes and events; then the lengths of its
 * texts in UTF-16 code units, in the order of the type, ABSENT where there is none. `text`: all of them.
 */
type PackedOutcomes = { readonly numbers: string; readonly text: string };

const ABSENT = -1;

/** What stands between the head of a message, which is JSON and has none, and the text of its outcomes. */
export const HEAD_END = "\n";

// By places and not by patterns, and into texts alone: in a realm whose arrays and iterators are frozen or replaced, it is
// slow to take an array apart or to let one grow.
export const packOutcomes = (outcomes: readonly WireOutcome[]): PackedOutcomes => {
  let numbers = "";
  let text = "";
  const put = (part: WireValue | undefined): void => {
    numbers += `,${part?.length ?? ABSENT}`;
    if (part) text += part;
  };
  for (let at = 0; at < outcomes.length; at++) {
    const outcome = outcomes[at]!;
    const writes = outcome[3];
    const events = outcome[4];
    numbers += `${at === 0 ? "" : ","}${outcome[0]},${outcome[5]},${outcome[6]},${writes.length},${events.length}`;
    put(outcome[1]);
    put(outcome[2]);
    for (let index = 0; index < writes.length; index++) {
      const write = writes[index]!;
      put(write[0]);
      put(write[1]);
    }
    for (let index = 0; index < events.length; index++) {
      const event = events[index]!;
      put(event[0]);
      put(event[1]);
      put(event[2]);
    }
    put(outcome[7]);
    put(outcome[8]);
  }
  return { numbers: `[${numbers}]`, text };
};

/** @throws RangeError if that is not how outcomes are packed, or if one of them is beyond what a call may put out */
export const unpackOutcomes = (numbers: readonly unknown[], text: string): WireOutcome[] => {
  let at = 0;
  let from = 0;
  const count = (max: number): number => {
    const value = numbers[at++] as number;
    if (!Number.isSafeInteger(value) || value < 0 || value > max) throw new RangeError(MALFORMED);
    return value;
  };
  const optional = (bytesMax: number): string | undefined => {
    if (numbers[at] !== ABSENT) return some(bytesMax);
    at++;
    return undefined;
  };
  const some = (bytesMax: number): string => {
    const end = from + count(text.length - from);
    const part = text.slice(from, end);
    from = end;
    // No text has more than three bytes for each of its code units: most are short enough at a glance.
    if (part.length * 3 > bytesMax && Buffer.byteLength(part) > bytesMax) throw new RangeError(MALFORMED);
    return part;
  };
  const outcomes: WireOutcome[] = [];
  while (at < numbers.length) {
    const code = count(CODE_MAX);
    if (!isCode(code)) throw new RangeError(MALFORMED);
    const steps = count(Number.MAX_SAFE_INTEGER);
    const bytes = count(Number.MAX_SAFE_INTEGER);
    // Those of an activation are a call's, and what the SCORE store writes and emits of it.
    const writesCount = count(2 * WRITES_MAX);
    const eventsCount = count(2 * EVENTS_MAX);
    const message = some(MESSAGE_BYTES_MAX);
    const result = some(RESULT_BYTES_MAX);
    const writes: (readonly [string, WireValue])[] = [];
    while (writes.length < writesCount)
      writes.push([some(WIRE_KEY_BYTES_MAX), optional(VALUE_BYTES_MAX) ?? null]);
    const events: (readonly [string, string, string])[] = [];
    while (events.length < eventsCount)
      events.push([some(SCORE_BYTES_MAX), eventName(some(EVENT_BYTES_MAX)), some(EVENT_BYTES_MAX)]);
    const diagnostic = some(MESSAGE_BYTES_MAX);
    const trace = optional(TRACE_BYTES_MAX);
    const outcome = [code, message, result, writes, events, steps, bytes, diagnostic] as const;
    outcomes.push(trace === undefined ? outcome : [...outcome, trace]);
  }
  if (from !== text.length) throw new RangeError(MALFORMED);
  return outcomes;
};

const MALFORMED = "these are no outcomes of calls";

export const WIRE_KEY_BYTES_MAX: number = 65 + KEY_BYTES_MAX;
export const MESSAGE_BYTES_MAX: number = MESSAGE_CHARS_MAX * 4;
export const TRACE_BYTES_MAX: number = 128 * 1024;
const SCORE_BYTES_MAX = 64;
const CODE_MAX = 9100;

const isCode = (code: number): boolean => code === 0 || code === 9000 || code === 9100 || isAuthorsCode(code);

const eventName = (name: string): string => {
  if (!EVENT_NAME.test(name)) throw new RangeError(MALFORMED);
  return name;
};
