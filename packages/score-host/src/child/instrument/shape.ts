import type { Node } from "./parse.ts";

/** The expression inside any parentheses. */
export const unwrapped = (node: Node): Node =>
  node.type === "ParenthesizedExpression" ? unwrapped(node["expression"] as Node) : node;

export const isAnyOf = (node: Node, ...types: readonly string[]): boolean => types.includes(node.type);

/** A value that stands in the text. A template with expressions is none, a regular expression neither. */
export const isLiteral = (node: Node): boolean => {
  const { type, name, regex, operator, argument } = unwrapped(node);
  if (type === "Identifier") return name === "undefined";
  if (type === "UnaryExpression") return operator === "-" && isLiteral(argument as Node);
  return type === "Literal" && regex === undefined;
};

const ARITHMETIC = new Set(["/", "%", "&", "|", "^", ">>>"]);

/** An expression that can only be a number, never a text or a BigInt, as far as its own form shows. */
export const isNumber = (node: Node): boolean => {
  const { type, value, operator, argument, left, right } = unwrapped(node);
  if (type === "Literal") return typeof value === "number";
  if (type === "UnaryExpression") return operator === "+" || (operator === "-" && isNumber(argument as Node));
  if (type !== "BinaryExpression") return false;
  if (operator === ">>>") return true;
  // Arithmetic with a number gives a number or throws: it never mixes kinds.
  if (ARITHMETIC.has(operator as string) || operator === "-" || operator === "*")
    return isNumber(left as Node) || isNumber(right as Node);
  return operator === "+" && isNumber(left as Node) && isNumber(right as Node);
};

/** An expression that may be evaluated twice: nothing happens by it, and it gives the same again. */
export const isSimple = (node: Node): boolean => {
  const { type } = unwrapped(node);
  return type === "Identifier" || type === "ThisExpression" || type === "Super" || isLiteral(node);
};

/** `{}` or `[]`. */
export const isEmpty = (node: Node): boolean => {
  const { elements, properties } = unwrapped(node);
  return ((elements ?? properties) as readonly unknown[] | undefined)?.length === 0;
};
