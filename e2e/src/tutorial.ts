/**
 * Reads the tutorial's pages. Fenced blocks say by the words after the language what they are:
 *
 * - `sh`: commands, typed in the repository's folder. The `text` block that follows, if one does, is what they print.
 *   `sh refused` ends with another status than 0, `sh background` runs on, `sh devnet` starts the network.
 * - `text background`: what the command in the background prints next.
 * - `ts file=PATH`, `diff file=PATH`: a whole file, and a change of one.
 */

/** One thing that a reader does; `line` is where the page says it, from 1. */
export type Step = { readonly line: number } & (
  | { readonly kind: "devnet"; readonly command: string }
  | {
      readonly kind: "run";
      readonly command: string;
      readonly manner: "done" | "refused" | "background";
      readonly output: string | undefined;
    }
  | { readonly kind: "told"; readonly output: string }
  | { readonly kind: "write"; readonly file: string; readonly text: string }
  | { readonly kind: "change"; readonly file: string; readonly diff: string }
);

/** A fenced block: its language and the words behind it, its text with a newline at the end, and its first line's number. */
export type Block = { readonly info: string; readonly text: string; readonly line: number };

const FENCE = /^```(.*)\n([\s\S]*?)^```$/gm;

export const blocksIn = (page: string): readonly Block[] =>
  [...page.matchAll(FENCE)].map(({ 1: info = "", 2: text = "", index }) => ({
    info,
    text,
    line: page.slice(0, index).split("\n").length,
  }));

const MANNERS: Readonly<Record<string, "done" | "refused" | "background">> = {
  sh: "done",
  "sh refused": "refused",
  "sh background": "background",
};

const stepOf = ({ info, text, line }: Block, next: Block | undefined): Step | undefined => {
  const manner = MANNERS[info];
  const output = next?.info === "text" ? next.text : undefined;
  if (manner !== undefined) return { line, kind: "run", command: text, manner, output };
  if (info === "sh devnet") return { line, kind: "devnet", command: text };
  if (info === "text background") return { line, kind: "told", output: text };
  const [, language, file] = /^(ts|diff) file=(\S+)$/.exec(info) ?? [];
  if (file === undefined) return undefined;
  return language === "diff"
    ? { line, kind: "change", file, diff: text }
    : { line, kind: "write", file, text };
};

/** What a page has its reader do, in order. Throws where a block is none of these kinds, so that none is passed over. */
export const stepsIn = (page: string): readonly Step[] => {
  const blocks = blocksIn(page);
  return blocks.flatMap((block, at) => {
    const step = stepOf(block, blocks[at + 1]);
    if (step !== undefined) return [step];
    if (block.info === "text" && blocks[at - 1]?.info.startsWith("sh")) return [];
    throw new Error(`line ${block.line}: nobody knows what to do with a block of "${block.info}"`);
  });
};

/** A text after one hunk of a change. */
const replaced = (text: string, hunk: string): string => {
  const lines = hunk.trimEnd().split("\n");
  const side = (gone: string) =>
    lines
      .filter((line) => !line.startsWith(gone))
      .map((line) => `${line.slice(1)}\n`)
      .join("");
  const before = side("+");
  if (text.split(before).length !== 2) throw new Error(`not there just once:\n${before}`);
  return text.split(before).join(side("-"));
};

/**
 * A text after a change: lines with `-` go, lines with `+` come, the others say where, and `@@` parts one place from the
 * next. Each place must be found just once.
 */
export const changed = (text: string, diff: string): string => diff.split(/^@@\n/m).reduce(replaced, text);

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * Whether a command printed what its page says. There `…` stands for any characters of a line, and for any lines where
 * it has a line to itself.
 */
export const isAsTold = (printed: string, told: string): boolean => {
  const lines = told.trimEnd().split("\n");
  const pattern = lines.map((line) =>
    line === "…" ? "(?:.*\\n)*?" : `${line.split("…").map(quoted).join(".*?")}\\n`,
  );
  return new RegExp(`^${pattern.join("")}$`).test(`${printed.trimEnd()}\n`);
};
