/**
 * What a pattern is compiled to: a flat list of instructions, each an operation and its operands. They work
 * on a position in the text, on registers, and on a stack of choices to come back to.
 */
import type { CharSet } from "./char-set.ts";

export type Program = {
  readonly code: Int32Array;
  readonly sets: readonly CharSet[];
  /** Registers: two per group for its start and end, the whole match being group 0; then those of loops and looks. */
  readonly registers: number;
  readonly groups: number;
  /** The names of groups and their numbers, in the order of the pattern. */
  readonly names: readonly (readonly [string, number])[];
  /** Steps that making it takes, beyond those of the pattern's length. */
  readonly cost: number;
  readonly ignoreCase: boolean;
  readonly unicode: boolean;
};

/** The text is matched. */
export const MATCH = 0;
/** A code unit. `unit` */
export const UNIT = 1;
/** The same, read towards the start of the text, as look-behinds do. `unit` */
export const UNIT_BACK = 2;
/** A character of a set. `set, mode` */
export const MEMBER = 3;
/** So many characters of a set, with a choice at each that may be the last. `set, least, most, mode` */
export const RUN = 4;
/** Goes on, and comes back to another instruction. `target` */
export const SPLIT = 5;
/** Goes to another instruction, and comes back to the next. `target` */
export const SPLIT_LAZY = 6;
export const JUMP = 7;
/** Keeps the position in a register. `register` */
export const SAVE = 8;
/** Fails unless the position has moved from the one in a register. `register` */
export const MOVED = 9;
/** Empties registers. `first, end` */
export const CLEAR = 10;
/** Sets a register to 0. `register` */
export const ZERO = 11;
/** The head of a counted loop. `counter, least, most, lazy, exit` */
export const LOOP = 12;
/** Its end: fails for an empty iteration that was not asked for. `counter, register of the position or -1, least, head` */
export const NEXT = 13;
/** The start of the text, or of a line. `multiline` */
export const START = 14;
export const END = 15;
/** A start or an end of a word, or no such place. `set, negated` */
export const BOUNDARY = 16;
/** Begins a look: keeps the height of the stack and the position. `register of the height, of the position` */
export const LOOK = 17;
/** Ends it: drops its choices and goes back to the position. `register of the height, of the position` */
export const LOOK_END = 18;
/** Begins a negative look, which goes on elsewhere when it fails. `register of the height, target` */
export const NOT = 19;
/** Ends it, having matched: undoes all of it and fails. `register of the height` */
export const NOT_END = 20;
/** The text of a group again. `group, mode` */
export const SAME = 21;

/** Modes, as bits. */
export const BACKWARD = 1;
export const UNICODE = 2;
export const LAZY = 4;

/** A count without end; no text is as long. */
export const ENDLESS = 0x7fffffff;
