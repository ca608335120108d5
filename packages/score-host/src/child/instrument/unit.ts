import { DEPTH_MAX } from "../../bounds.ts";

/**
 * What one stretch of the text costs whenever it is entered: a function, an iteration of a loop, a branch. `words`: of the
 * stack, beside one for each step.
 */
export type Unit = { steps: number; bytes: number; words: number; readonly temporaries: string[] };

/** `temporaries` of a loop or a branch are those of the function around it. */
export const unit = (temporaries: string[] = []): Unit => ({ steps: 1, bytes: 0, words: 0, temporaries });

/** What values cost in bytes: about what V8 takes for them, and never much less. */
export const BYTES = {
  function: 64,
  class: 896,
  object: 32,
  property: 16,
  array: 32,
  element: 8,
  instance: 64,
  namedWrite: 16,
  computedWrite: 32,
  accessor: 128,
  computedProperty: 112,
  /** An object that a property is deleted from becomes a table. */
  deletion: 384,
} as const;

/** Words of the stack that a frame takes beside its own variables: its own, and the engine's between it and its caller. */
const FRAME_WORDS = 40;
/** The same for what the engine runs to set the fields of an instance. */
export const FIELDS_WORDS = 64;

const counters = ({ steps, bytes }: Unit): string =>
  `(dure$m.steps-=${steps})<0${bytes === 0 ? "" : `||(dure$m.bytes-=${bytes})<0`}`;

/** The statement that charges a loop's iteration or a branch. */
export const charging = (cost: Unit): string => `if(${counters(cost)})dure$x();`;

/**
 * A function's body around what it does. A frame takes at most a word of the stack for each node of the function's tree.
 * The depth is not taken back if a charge throws here: the call is exhausted then, whatever follows. What is thrown is
 * looked at on its way out, since an engine that closes an iterator swallows it.
 */
export const entering = (cost: Unit, inside: string): string => {
  const words = FRAME_WORDS + cost.steps + cost.words;
  const { temporaries } = cost;
  const declared = temporaries.length === 0 ? "" : `let ${temporaries.join(",")};`;
  return (
    `{if(${counters(cost)}||(dure$m.depth+=${words})>${DEPTH_MAX})dure$x();` +
    `try{${declared}${inside}}catch(dure$d){dure$z(dure$d);throw dure$d}finally{dure$m.depth-=${words}}}`
  );
};
