import { type AST, RegExpParser, visitRegExpAST } from "@eslint-community/regexpp";

/** The flags of a regular expression, as properties. */
export type Flags = {
  readonly hasIndices: boolean;
  readonly global: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly unicode: boolean;
  readonly sticky: boolean;
};

const PATTERN_CHARS_MAX = 4096;
const NESTING_MAX = 64;

const parser = new RegExpParser({ ecmaVersion: 2022 });

/** Returns what a text of flags says. @throws SyntaxError */
export const parseFlags = (flags: string): Flags => {
  for (let index = 0; index < flags.length; index++)
    if (!"dgimsuy".includes(flags[index]!) || flags.includes(flags[index]!, index + 1))
      throw new SyntaxError(
        "the flags of a regular expression are of d, g, i, m, s, u and y, each once at most",
      );
  return {
    hasIndices: flags.includes("d"),
    global: flags.includes("g"),
    ignoreCase: flags.includes("i"),
    multiline: flags.includes("m"),
    dotAll: flags.includes("s"),
    unicode: flags.includes("u"),
    sticky: flags.includes("y"),
  };
};

/** Returns the syntax tree of a pattern of ECMAScript 2022. @throws SyntaxError, with a wording of our own. */
export const parsePattern = (source: string, unicode: boolean): AST.Pattern => {
  if (source.length > PATTERN_CHARS_MAX)
    throw new SyntaxError(`a regular expression has at most ${PATTERN_CHARS_MAX} characters`);
  if (nestingOf(source) > NESTING_MAX)
    throw new SyntaxError(`a regular expression nests at most ${NESTING_MAX} groups`);
  const pattern = parseOrUndefined(source, unicode);
  if (pattern === undefined) throw new SyntaxError(`/${source}/ is no regular expression of ECMAScript 2022`);
  visitRegExpAST(pattern, {
    onCharacterSetEnter: ({ kind }) => {
      if (kind === "property")
        throw new SyntaxError("a regular expression has no \\p: what it matches grows with Unicode");
    },
  });
  return pattern;
};

const parseOrUndefined = (source: string, unicode: boolean): AST.Pattern | undefined => {
  try {
    return parser.parsePattern(source, 0, source.length, { unicode, unicodeSets: false });
  } catch (error) {
    // The parser's wording is its own; anything else that it throws is a failure of ours.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** Returns how deep the groups of a pattern nest, before the parser, which is recursive, sees it. */
const nestingOf = (source: string): number => {
  let depth = 0;
  let deepest = 0;
  let inClass = false;
  for (let index = 0; index < source.length; index++)
    switch (source[index]) {
      case "\\":
        index++;
        break;
      case "[":
        inClass = true;
        break;
      case "]":
        inClass = false;
        break;
      case "(":
        if (!inClass) deepest = Math.max(deepest, ++depth);
        break;
      case ")":
        if (!inClass) depth--;
        break;
    }
  return deepest;
};
