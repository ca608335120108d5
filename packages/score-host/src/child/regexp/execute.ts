/** The interpreter. Its work is charged by the instruction, so its cost depends on pattern and text alone. */
import { allocate, charge } from "../meter.ts";
import { contains } from "./char-set.ts";
import {
  BOUNDARY,
  CLEAR,
  END,
  JUMP,
  LAZY,
  LOOK,
  LOOK_END,
  LOOP,
  MATCH,
  MEMBER,
  MOVED,
  NEXT,
  NOT,
  NOT_END,
  type Program,
  RUN,
  SAME,
  SAVE,
  SPLIT,
  SPLIT_LAZY,
  START,
  UNIT,
  UNIT_BACK,
  ZERO,
} from "./program.ts";
import { isLineEnd, sameAt, splitsPair, step, stepBack } from "./step.ts";

/** Instructions between two charges. */
const BATCH = 256;

/** What it costs to begin, besides the registers. */
const BASE = 32;

/** Numbers on the stack that are free; they count eight bytes each beyond. */
const STACK_FREE = 1536;

/** One for all, since none runs within another; and how many numbers of it are kept for the next. */
const stack: number[] = [];
const STACK_KEPT = 65_536;

/**
 * Returns the start and end of the first match at or after a position, then those of each group, -1 for a
 * group that took no part; undefined if there is none. `sticky`: the match must begin at the position.
 *
 * The stack holds triples. A first number below 0 is the complement of a register, whose former value
 * follows. Any other is the address of an instruction to come back to, and a position; the third number is
 * -1, or belongs to a RUN: the least end of a greedy one, or how many characters a lazy one may still take.
 *
 * @throws Exhausted
 */
export const execute = (
  program: Program,
  text: string,
  from: number,
  sticky: boolean,
): readonly number[] | undefined => {
  const { code, sets, unicode } = program;
  const length = text.length;
  const registers: number[] = [];
  for (let index = 0; index < program.registers; index++) registers.push(-1);
  if (stack.length > STACK_KEPT) stack.length = 0;
  let top = 0;
  let stackMax = STACK_FREE;
  let steps = BASE + program.registers;
  // A pattern that begins at the start of the text is not looked for elsewhere.
  const isHere = sticky || (code[0] === START && code[1] === 0);
  // A position within a pair is that of the pair.
  let start = unicode && splitsPair(text, from) ? from - 1 : from;
  let position = start;
  let at = 0;

  const set = (register: number, value: number): void => {
    stack[top] = ~register;
    stack[top + 1] = registers[register]!;
    stack[top + 2] = 0;
    top += 3;
    steps++;
    registers[register] = value;
  };
  const choose = (target: number, place: number, third: number): void => {
    stack[top] = target;
    stack[top + 1] = place;
    stack[top + 2] = third;
    top += 3;
    steps++;
  };

  for (;;) {
    if (++steps >= BATCH) {
      charge(steps);
      steps = 0;
    }
    if (top > stackMax) {
      stackMax *= 2;
      allocate(stackMax * 8);
    }
    let isFailed = false;
    switch (code[at]) {
      case UNIT:
        if (position < length && text.charCodeAt(position) === code[at + 1]) {
          position++;
          at += 2;
        } else isFailed = true;
        break;
      case MEMBER: {
        const next = step(text, position, sets[code[at + 1]!]!, code[at + 2]!);
        if (next < 0) isFailed = true;
        else {
          position = next;
          at += 3;
        }
        break;
      }
      case RUN: {
        const chars = sets[code[at + 1]!]!;
        const least = code[at + 2]!;
        const mode = code[at + 4]!;
        const most = (mode & LAZY) === 0 ? code[at + 3]! : least;
        let end = position;
        let leastEnd = position;
        let count = 0;
        if (mode === 0) {
          const { low } = chars;
          const endMax = most < length - position ? position + most : length;
          while (end < endMax) {
            const unit = text.charCodeAt(end);
            if (unit < 256 ? low[unit] === 0 : !contains(chars, unit)) break;
            end++;
          }
          count = end - position;
          leastEnd = position + least;
        } else {
          if (least === 0) leastEnd = end;
          while (count < most) {
            const next = step(text, end, chars, mode);
            if (next < 0) break;
            end = next;
            if (++count === least) leastEnd = end;
          }
        }
        steps += count;
        if (count < least) isFailed = true;
        else {
          if ((mode & LAZY) !== 0) {
            if (code[at + 3]! > least) choose(at, end, code[at + 3]! - least);
          } else if (end !== leastEnd) choose(at, end, leastEnd);
          position = end;
          at += 5;
        }
        break;
      }
      case SPLIT:
        choose(code[at + 1]!, position, -1);
        at += 2;
        break;
      case SPLIT_LAZY:
        choose(at + 2, position, -1);
        at = code[at + 1]!;
        break;
      case JUMP:
        at = code[at + 1]!;
        break;
      case SAVE:
        set(code[at + 1]!, position);
        at += 2;
        break;
      case MOVED:
        if (registers[code[at + 1]!] === position) isFailed = true;
        else at += 2;
        break;
      case CLEAR:
        steps += code[at + 2]! - code[at + 1]!;
        for (let register = code[at + 1]!; register < code[at + 2]!; register++)
          if (registers[register] !== -1) set(register, -1);
        at += 3;
        break;
      case ZERO:
        set(code[at + 1]!, 0);
        at += 2;
        break;
      case LOOP: {
        const count = registers[code[at + 1]!]!;
        const exit = code[at + 5]!;
        if (count < code[at + 2]!) at += 6;
        else if (count >= code[at + 3]!) at = exit;
        else if (code[at + 4] === 1) {
          choose(at + 6, position, -1);
          at = exit;
        } else {
          choose(exit, position, -1);
          at += 6;
        }
        break;
      }
      case NEXT: {
        const counter = code[at + 1]!;
        const before = code[at + 2]!;
        const count = registers[counter]!;
        if (before >= 0 && count >= code[at + 3]! && registers[before] === position) isFailed = true;
        else {
          set(counter, count + 1);
          at = code[at + 4]!;
        }
        break;
      }
      case UNIT_BACK:
        if (position > 0 && text.charCodeAt(position - 1) === code[at + 1]) {
          position--;
          at += 2;
        } else isFailed = true;
        break;
      case START:
        if (position === 0 || (code[at + 1] === 1 && isLineEnd(text.charCodeAt(position - 1)))) at += 2;
        else isFailed = true;
        break;
      case END:
        if (position === length || (code[at + 1] === 1 && isLineEnd(text.charCodeAt(position)))) at += 2;
        else isFailed = true;
        break;
      case BOUNDARY: {
        const word = sets[code[at + 1]!]!;
        const isBefore = position > 0 && contains(word, text.charCodeAt(position - 1));
        const isAfter = position < length && contains(word, text.charCodeAt(position));
        if ((isBefore === isAfter) === (code[at + 2] === 1)) at += 3;
        else isFailed = true;
        break;
      }
      case SAME: {
        const group = 2 * code[at + 1]!;
        const first = registers[group]!;
        const last = registers[group + 1]!;
        if (first >= 0 && last >= 0) {
          steps += last - first;
          const next = sameAt(program, text, first, last, position, code[at + 2]!);
          if (next < 0) isFailed = true;
          else position = next;
        }
        at += 3;
        break;
      }
      case LOOK: {
        const height = code[at + 1]!;
        set(height, -1);
        set(code[at + 2]!, position);
        registers[height] = top;
        at += 3;
        break;
      }
      case LOOK_END: {
        // Its choices go, but what it set stays to be undone by whoever comes back beyond it.
        const height = registers[code[at + 1]!]!;
        let kept = height;
        for (let entry = height; entry < top; entry += 3) {
          if (stack[entry]! >= 0) continue;
          stack[kept] = stack[entry]!;
          stack[kept + 1] = stack[entry + 1]!;
          kept += 3;
        }
        steps += (top - height) / 3;
        top = kept;
        position = registers[code[at + 2]!]!;
        at += 3;
        break;
      }
      case NOT: {
        const height = code[at + 1]!;
        set(height, -1);
        registers[height] = top;
        choose(code[at + 2]!, position, -1);
        at += 3;
        break;
      }
      case NOT_END: {
        const height = registers[code[at + 1]!]!;
        steps += (top - height) / 3;
        while (top > height) {
          top -= 3;
          if (stack[top]! < 0) registers[~stack[top]!] = stack[top + 1]!;
        }
        isFailed = true;
        break;
      }
      case MATCH:
        charge(steps);
        registers[0] = start;
        registers[1] = position;
        registers.length = 2 * program.groups;
        return registers;
      default:
        throw new Error(`there is no operation ${code[at]}`);
    }
    if (!isFailed) continue;

    // Back to the last choice, undoing what was set since.
    for (;;) {
      if (top === 0) {
        if (isHere || start >= length) {
          charge(steps);
          return undefined;
        }
        start += unicode && splitsPair(text, start + 1) ? 2 : 1;
        position = start;
        at = 0;
        break;
      }
      top -= 3;
      const target = stack[top]!;
      const place = stack[top + 1]!;
      const third = stack[top + 2]!;
      if (target < 0) {
        registers[~target] = place;
        continue;
      }
      if (third < 0) {
        at = target;
        position = place;
        break;
      }
      // A RUN takes one character less, or one more if it is lazy.
      const mode = code[target + 4]!;
      if ((mode & LAZY) === 0) {
        position = mode === 0 ? place - 1 : stepBack(text, place, mode);
        if (position !== third) choose(target, position, third);
        at = target + 5;
        break;
      }
      steps++;
      const next = step(text, place, sets[code[target + 1]!]!, mode);
      if (next < 0) continue;
      if (third > 1) choose(target, next, third - 1);
      position = next;
      at = target + 5;
      break;
    }
  }
};
