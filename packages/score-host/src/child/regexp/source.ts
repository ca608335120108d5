/** Escapes of the characters that end a line. */
const LINE_ENDS: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** Returns a pattern so that it could stand between slashes and mean the same. */
export const escapeSource = (source: string): string => {
  if (source === "") return "(?:)";
  let result = "";
  let inClass = false;
  for (let index = 0; index < source.length; index++) {
    let character = source[index]!;
    const isEscaped = character === "\\";
    if (isEscaped) character = source[++index]!;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    const lineEnd = LINE_ENDS[character];
    if (lineEnd !== undefined) result += lineEnd;
    else if (isEscaped || (character === "/" && !inClass)) result += `\\${character}`;
    else result += character;
  }
  return result;
};
