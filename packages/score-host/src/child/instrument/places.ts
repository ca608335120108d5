import { MODULE_HEAD } from "./instrument.ts";
import { type Node, parse } from "./parse.ts";
import { scopesOf } from "./scope.ts";
import { Writer } from "./writer.ts";

/** The character that marks places. It is for private use, so texts do not have it. */
const MARK = "\u{e0a5}";

/** Marks where the text of each node begins. */
class MarkingWriter extends Writer {
  protected override write(node: Node): string {
    return `${MARK}${node.start}${MARK}${super.write(node)}`;
  }
}

/** Lines that the compiler puts before a module's. */
const LINES_BEFORE = 2;

/**
 * Returns how a place in a compiled module, its line and column from 1, leads back to the text that was instrumented: to
 * the beginning of the smallest expression or statement there, in code units from the text's. It leads to nothing where
 * that is unknown.
 *
 * @throws SyntaxRefusal
 */
export const compiledPlaces = (source: string): ((line: number, column: number) => number | undefined) => {
  if (source.includes(MARK)) return () => undefined;
  const program = parse(source);
  const parts = new MarkingWriter(source, scopesOf(program)).module(program).split(MARK);
  /** In the order of the instrumented text. */
  const places: { readonly at: number; readonly original: number }[] = [];
  let instrumented = "";
  parts.forEach((part, index) => {
    if (index % 2 === 0) instrumented += part;
    else places.push({ at: instrumented.length, original: Number(part) });
  });
  const starts = lineStarts(instrumented);

  return (line, column) => {
    const start = starts[line - 1 - LINES_BEFORE];
    if (start === undefined) return undefined;
    const at = start + column - 1 - (start === 0 ? MODULE_HEAD.length : 0);
    const after = places.findIndex((place) => place.at > at);
    return places.at(after === -1 ? -1 : after - 1)?.original;
  };
};

/** Returns where the lines of a text begin, in code units. */
export const lineStarts = (text: string): readonly number[] => {
  const starts = [0];
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return starts;
};
