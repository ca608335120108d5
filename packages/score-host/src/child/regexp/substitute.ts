import { charge } from "../meter.ts";
import { startText } from "./text.ts";

/** What was found where: `captures` without the whole match, `groups` if the pattern names any. */
export type Found = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly captures: readonly (string | undefined)[];
  readonly groups: Readonly<Record<string, string | undefined>> | undefined;
};

/** Returns the text that a replacement stands for: `$&` and its siblings are the parts of what was found. */
export const substitute = (template: string, found: Found): string => {
  charge(1 + template.length);
  if (!template.includes("$")) return template;
  const result = startText();
  for (let from = 0; ; ) {
    const dollar = template.indexOf("$", from);
    if (dollar < 0) {
      result.add(template.slice(from));
      return result.done();
    }
    result.add(template.slice(from, dollar));
    const [piece, length] = reference(template, dollar, found);
    result.add(piece);
    from = dollar + length;
  }
};

/** Returns what stands for the reference at a dollar sign, and how long it is. */
const reference = (template: string, dollar: number, found: Found): readonly [string, number] => {
  const { text, start, end } = found;
  switch (template[dollar + 1]) {
    case "$":
      return ["$", 2];
    case "&":
      return [text.slice(start, end), 2];
    case "`":
      return [text.slice(0, start), 2];
    case "'":
      return [text.slice(end), 2];
    case "<":
      return named(template, dollar, found);
    default:
      return numbered(template, dollar, found);
  }
};

const named = (template: string, dollar: number, { groups }: Found): readonly [string, number] => {
  const close = groups === undefined ? -1 : template.indexOf(">", dollar + 2);
  if (groups === undefined || close < 0) return ["$", 1];
  return [groups[template.slice(dollar + 2, close)] ?? "", close + 1 - dollar];
};

/** Two digits if there is such a group, or else one. */
const numbered = (template: string, dollar: number, { captures }: Found): readonly [string, number] => {
  let number = 0;
  let result: readonly [string, number] = ["$", 1];
  for (let length = 2; length <= 3; length++) {
    const digit = (template.charCodeAt(dollar + length - 1) || 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    number = 10 * number + digit;
    if (number >= 1 && number <= captures.length) result = [captures[number - 1] ?? "", length];
  }
  return result;
};
