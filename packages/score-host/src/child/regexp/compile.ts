import { type AST, visitRegExpAST } from "@eslint-community/regexpp";
import {
  type CharSet,
  charSet,
  DIGIT,
  invert,
  LINE_END,
  normalize,
  type Ranges,
  SPACE,
  WORD,
} from "./char-set.ts";
import { closure } from "./folding.ts";
import type { Flags } from "./parse.ts";
import {
  BACKWARD,
  BOUNDARY,
  CLEAR,
  END,
  ENDLESS,
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
  UNICODE,
  UNIT,
  UNIT_BACK,
  ZERO,
} from "./program.ts";

/** A program in the making. */
type Draft = {
  readonly flags: Flags;
  readonly code: number[];
  readonly sets: CharSet[];
  /** The indices of sets by their wording in the pattern: what is written twice is made once. */
  readonly setOf: Map<string, number>;
  readonly numberOf: ReadonlyMap<AST.CapturingGroup, number>;
  registers: number;
  cost: number;
};

/** An atom takes one character. */
type Atom = AST.Character | AST.CharacterSet | AST.CharacterClass;

/** No more characters than that have a case. */
const CASED_MAX = 3000;

/** Returns the program of a pattern, whose length is linear in that of the pattern. */
export const compile = (pattern: AST.Pattern, flags: Flags): Program => {
  const numberOf = new Map<AST.CapturingGroup, number>();
  const names: (readonly [string, number])[] = [];
  visitRegExpAST(pattern, {
    onCapturingGroupEnter: (group) => {
      numberOf.set(group, numberOf.size + 1);
      if (group.name !== null) names.push([group.name, numberOf.size]);
    },
  });
  const groups = numberOf.size + 1;
  const draft: Draft = {
    flags,
    code: [],
    sets: [],
    setOf: new Map(),
    numberOf,
    registers: 2 * groups,
    cost: 0,
  };
  emitAlternatives(draft, pattern.alternatives, false);
  draft.code.push(MATCH);
  return {
    code: Int32Array.from(draft.code),
    sets: draft.sets,
    registers: draft.registers,
    groups,
    names,
    cost: draft.cost + draft.code.length,
    ignoreCase: flags.ignoreCase,
    unicode: flags.unicode,
  };
};

/** Appends an instruction and returns the address of its last operand, to be filled in later. */
const emit = (draft: Draft, ...instruction: number[]): number => draft.code.push(...instruction) - 1;

const fillIn = (draft: Draft, address: number): void => {
  draft.code[address] = draft.code.length;
};

const modeOf = (draft: Draft, backward: boolean): number =>
  (backward ? BACKWARD : 0) | (draft.flags.unicode ? UNICODE : 0);

const emitAlternatives = (
  draft: Draft,
  alternatives: readonly AST.Alternative[],
  backward: boolean,
): void => {
  const ends: number[] = [];
  alternatives.forEach(({ elements }, index) => {
    const isLast = index === alternatives.length - 1;
    const other = isLast ? undefined : emit(draft, SPLIT, -1);
    for (const element of backward ? elements.toReversed() : elements) emitElement(draft, element, backward);
    if (other === undefined) return;
    ends.push(emit(draft, JUMP, -1));
    fillIn(draft, other);
  });
  for (const end of ends) fillIn(draft, end);
};

const emitElement = (draft: Draft, element: AST.Element, backward: boolean): void => {
  switch (element.type) {
    case "Character":
    case "CharacterSet":
    case "CharacterClass":
      emitAtom(draft, element, backward);
      return;
    case "Group":
      emitAlternatives(draft, element.alternatives, backward);
      return;
    case "CapturingGroup": {
      const start = 2 * draft.numberOf.get(element)!;
      emit(draft, SAVE, backward ? start + 1 : start);
      emitAlternatives(draft, element.alternatives, backward);
      emit(draft, SAVE, backward ? start : start + 1);
      return;
    }
    case "Quantifier":
      emitQuantifier(draft, element, backward);
      return;
    case "Assertion":
      emitAssertion(draft, element);
      return;
    case "Backreference":
      emit(draft, SAME, draft.numberOf.get(element.resolved as AST.CapturingGroup)!, modeOf(draft, backward));
      return;
    case "ExpressionCharacterClass":
      throw new SyntaxError("a regular expression has no set notation");
  }
};

const emitAtom = (draft: Draft, atom: Atom, backward: boolean): void => {
  if (atom.type === "Character" && isPlain(draft, atom.value))
    emit(draft, backward ? UNIT_BACK : UNIT, atom.value);
  else emit(draft, MEMBER, setIndex(draft, atom), modeOf(draft, backward));
};

/** Whether a character is a code unit that equals nothing but itself and is no half of a pair. */
const isPlain = ({ flags }: Draft, char: number): boolean => {
  if (flags.unicode && (char > 0xffff || (char >= 0xd800 && char <= 0xdfff))) return false;
  return !flags.ignoreCase || closure([char, char], flags.unicode).toString() === `${char},${char}`;
};

const setIndex = (draft: Draft, atom: Atom): number => {
  const known = draft.setOf.get(atom.raw);
  if (known !== undefined) return known;
  const index = draft.sets.push(charSet(rangesOf(draft, atom))) - 1;
  draft.setOf.set(atom.raw, index);
  draft.cost += 256 + draft.sets[index]!.ranges.length;
  return index;
};

const rangesOf = (draft: Draft, atom: Atom): Ranges => {
  const { flags } = draft;
  const fold = (pairs: Ranges): Ranges => {
    const ranges = normalize(pairs);
    if (!flags.ignoreCase) return ranges;
    draft.cost += 8 * Math.min(countOf(ranges), CASED_MAX);
    return closure(ranges, flags.unicode);
  };
  if (atom.type === "Character") return fold([atom.value, atom.value]);
  if (atom.type === "CharacterSet") return escapeRanges(flags, atom);
  const chars: number[] = [];
  const escapes: number[] = [];
  for (const element of atom.elements) {
    if (element.type === "Character") chars.push(element.value, element.value);
    else if (element.type === "CharacterClassRange") chars.push(element.min.value, element.max.value);
    else if (element.type === "CharacterSet") escapes.push(...escapeRanges(flags, element));
  }
  // Escapes need no folding: of characters that are one, each has all or none.
  const ranges = normalize([...fold(chars), ...escapes]);
  return atom.negate ? invert(ranges) : ranges;
};

const countOf = (ranges: Ranges): number =>
  ranges.reduce((sum, bound, index) => (index % 2 === 0 ? sum - bound : sum + bound + 1), 0);

const escapeRanges = (flags: Flags, set: AST.CharacterSet): Ranges => {
  switch (set.kind) {
    case "any":
      return flags.dotAll ? invert([]) : invert(LINE_END);
    case "digit":
      return set.negate ? invert(DIGIT) : DIGIT;
    case "space":
      return set.negate ? invert(SPACE) : SPACE;
    case "word":
      return set.negate ? invert(wordOf(flags)) : wordOf(flags);
    case "property":
      throw new SyntaxError("a regular expression has no \\p");
  }
};

const wordOf = (flags: Flags): Ranges => (flags.ignoreCase && flags.unicode ? closure(WORD, true) : WORD);

const emitQuantifier = (draft: Draft, quantifier: AST.Quantifier, backward: boolean): void => {
  const { element, greedy } = quantifier;
  const least = Math.min(quantifier.min, ENDLESS);
  const most = Math.min(quantifier.max, ENDLESS);
  if (most === 0) return;
  if (least === 1 && most === 1) emitElement(draft, element, backward);
  else if (isAtom(element))
    emit(draft, RUN, setIndex(draft, element), least, most, modeOf(draft, backward) | (greedy ? 0 : LAZY));
  else emitLoop(draft, element, least, most, greedy, backward);
};

const isAtom = (element: AST.Element): element is Atom =>
  element.type === "Character" || element.type === "CharacterSet" || element.type === "CharacterClass";

const emitLoop = (
  draft: Draft,
  element: AST.Element,
  least: number,
  most: number,
  greedy: boolean,
  backward: boolean,
): void => {
  const isCounted = !(least === 0 && (most === 1 || most === ENDLESS));
  const counter = isCounted ? draft.registers++ : -1;
  const position = mayBeEmpty(element) ? draft.registers++ : -1;
  if (isCounted) emit(draft, ZERO, counter);
  const head = draft.code.length;
  const exit = isCounted
    ? emit(draft, LOOP, counter, least, most, greedy ? 0 : 1, -1)
    : emit(draft, greedy ? SPLIT : SPLIT_LAZY, -1);
  if (position >= 0) emit(draft, SAVE, position);
  emitClear(draft, element);
  emitElement(draft, element, backward);
  if (isCounted) emit(draft, NEXT, counter, position, least, head);
  else {
    if (position >= 0) emit(draft, MOVED, position);
    if (most !== 1) emit(draft, JUMP, head);
  }
  fillIn(draft, exit);
};

/** Empties the groups within an element, as each iteration of a loop begins. */
const emitClear = (draft: Draft, element: AST.Element): void => {
  let first = 0;
  let count = 0;
  visitRegExpAST(element, {
    onCapturingGroupEnter: (group) => {
      if (count++ === 0) first = draft.numberOf.get(group)!;
    },
  });
  draft.cost += 8 * count;
  if (count > 0) emit(draft, CLEAR, 2 * first, 2 * (first + count));
};

/** Whether an element may match nothing, as far as is plain to see. */
const mayBeEmpty = (element: AST.Element): boolean => {
  switch (element.type) {
    case "Group":
    case "CapturingGroup":
      return element.alternatives.some(({ elements }) => elements.every(mayBeEmpty));
    case "Quantifier":
      return element.min === 0 || mayBeEmpty(element.element);
    default:
      return !isAtom(element);
  }
};

const emitAssertion = (draft: Draft, assertion: AST.Assertion): void => {
  switch (assertion.kind) {
    case "start":
      emit(draft, START, draft.flags.multiline ? 1 : 0);
      return;
    case "end":
      emit(draft, END, draft.flags.multiline ? 1 : 0);
      return;
    case "word":
      emitBoundary(draft, assertion);
      return;
    case "lookahead":
    case "lookbehind":
      emitLook(draft, assertion);
  }
};

const emitBoundary = (draft: Draft, { negate }: AST.WordBoundaryAssertion): void => {
  const word = draft.setOf.get("\\w") ?? draft.sets.push(charSet(wordOf(draft.flags))) - 1;
  draft.setOf.set("\\w", word);
  emit(draft, BOUNDARY, word, negate ? 1 : 0);
};

const emitLook = (draft: Draft, { kind, negate, alternatives }: AST.LookaroundAssertion): void => {
  const height = draft.registers++;
  const backward = kind === "lookbehind";
  if (negate) {
    const target = emit(draft, NOT, height, -1);
    emitAlternatives(draft, alternatives, backward);
    emit(draft, NOT_END, height);
    fillIn(draft, target);
    return;
  }
  const position = draft.registers++;
  emit(draft, LOOK, height, position);
  emitAlternatives(draft, alternatives, backward);
  emit(draft, LOOK_END, height, position);
};
