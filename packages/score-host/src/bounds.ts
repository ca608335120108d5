/**
 * The sizes that bound a call. They decide receipts, so they are rules of the ledger and the same on every
 * peer: changing one changes what an old block executes to. Lengths in bytes are of the UTF-8 form.
 */
export const KEY_BYTES_MAX = 512;
export const VALUE_BYTES_MAX = 256 * 1024;
export const RESULT_BYTES_MAX = 256 * 1024;
/** Longer messages are cut, not refused: a refusal's reason must not be lost to its length. */
export const MESSAGE_CHARS_MAX = 1024;
/** Codes of refusals that a contract may choose; the rest is the ledger's. */
export const isAuthorsCode = (code: number): boolean => code >= 1000 && code <= 8999;
/** How many SCOREs one transaction's calls may pass through at once. */
export const CALLERS_MAX = 8;
export const EVENTS_MAX = 64;
export const EVENT_BYTES_MAX = 16 * 1024;
export const EVENT_NAME: RegExp = /^[A-Za-z0-9_.-]{1,64}$/;
export const WRITES_MAX = 10_000;
/** All writes, events and the result of one call. */
export const CALL_BYTES_MAX = 8 * 1024 * 1024;
/** The same over a block, in order: the call that would pass it is refused, later smaller ones are not. */
export const BLOCK_BYTES_MAX = 24 * 1024 * 1024;
/** The largest frame on the pipes. A block's outcomes, escaped twice as JSON, stay below it. */
export const FRAME_BYTES_MAX = 128 * 1024 * 1024;
/** How many state reads one message asks for. */
export const NEED_KEYS_MAX = 16_384;
/** How much of a SCORE's source text is taken. */
export const SOURCE_BYTES_MAX = 1024 * 1024;

/**
 * What a call may cost by the meter (child/meter.ts). A step is about one node of the program's syntax tree, a few
 * nanoseconds; depth counts words of the stack.
 */
export const CALL_STEPS_MAX = 20_000_000;
export const CALL_MEMORY_MAX = 64 * 1024 * 1024;
export const DEPTH_MAX = 400_000;
/** The longest text that a contract may make, in UTF-16 code units. */
export const TEXT_CHARS_MAX = 1024 * 1024;
/** All calls of a block together: one that would pass it finds too few left, in order, and is refused. */
export const BLOCK_STEPS_MAX = 400_000_000;
