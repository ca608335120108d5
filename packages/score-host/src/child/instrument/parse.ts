import { type Node as AcornNode, parse as parseText } from "acorn";
import { nestingGuard } from "./nesting.ts";

/** A node of the syntax tree (ESTree), whose fields are looked at by name. */
export type Node = AcornNode & { readonly [field: string]: unknown };

/** A text that cannot be a contract's. The message says what and where. */
export class SyntaxRefusal extends Error {
  override readonly name = "SyntaxRefusal";
  /** Where it is, in code units from the text's begin. */
  readonly at: number;

  constructor(reason: string, source: string, at: number) {
    super(`line ${lineAt(source, at)}: ${reason}`);
    this.at = at;
  }
}

/** Strict from the first line on, and nothing else: what stands behind it keeps its line. */
const STRICT = '"use strict";';

/** Returns the syntax tree of a function's body; its positions are those of the text. @throws SyntaxRefusal */
export const parse = (source: string): Node => {
  const tooMuch = (at: number, reason: string): never => {
    throw new SyntaxRefusal(reason, source, at - STRICT.length);
  };
  try {
    const program = parseText(STRICT + source, {
      ecmaVersion: 2022,
      sourceType: "script",
      allowReturnOutsideFunction: true,
      preserveParens: true,
      onToken: nestingGuard(tooMuch),
    });
    return shifted(program as unknown as Node);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const at = (error as SyntaxError & { readonly pos?: number }).pos ?? STRICT.length;
    throw new SyntaxRefusal(
      `${error.message.replace(/ \(\d+:\d+\)$/, "")} (a contract is written in ECMAScript 2022)`,
      source,
      at - STRICT.length,
    );
  }
};

/** Returns the line of a position, from 1. */
const lineAt = (source: string, at: number): number => {
  let line = 1;
  for (let index = source.indexOf("\n"); index !== -1 && index < at; index = source.indexOf("\n", index + 1))
    line++;
  return line;
};

/** Whether a value is a node of the tree. */
export const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

/** Returns a node's children in the order in which they stand in the text, each once. */
export const childrenOf = (node: Node): readonly Node[] => {
  const children: Node[] = [];
  for (const value of Object.values(node))
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) children.push(item);
  children.sort((a, b) => a.start - b.start || b.end - a.end);
  // A shorthand property's key and value are one piece of text.
  return children.filter((child, index) => index === 0 || child.start >= (children[index - 1] as Node).end);
};

const shifted = (node: Node): Node => {
  const moved = node as { start: number; end: number };
  moved.start -= STRICT.length;
  moved.end -= STRICT.length;
  for (const value of Object.values(node))
    if (isNode(value)) shifted(value);
    else if (Array.isArray(value)) for (const item of value) if (isNode(item)) shifted(item);
  return node;
};
