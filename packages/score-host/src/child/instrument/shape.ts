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

/** Whether a target is a property whose key is found when the text runs, and may be a name. */
export const isKeyed = ({ type, computed, property }: Node): boolean =>
  type === "MemberExpression" &&
  computed === true &&
  !isNumber(property as Node) &&
  unwrapped(property as Node).type !== "UpdateExpression";

/** The helper that checks what a property of a fixed name is set to, if it must be. */
export const checkOf = ({ type, computed, property }: Node): string | undefined => {
  if (type !== "MemberExpression" || computed === true) return undefined;
  const { name } = property as Node;
  return name === "length" ? "dure$n" : name === "prototype" ? "dure$t" : undefined;
};

/** `__proto__: value` in an object's literal. */
export const isPrototype = ({ key, computed, shorthand, method, kind }: Node): boolean => {
  const { name, value } = key as Node;
  return (
    kind === "init" && !computed && !shorthand && !method && (name === "__proto__" || value === "__proto__")
  );
};

const HOLDERS: Readonly<Record<string, string>> = {
  Property: "value",
  AssignmentPattern: "left",
  RestElement: "argument",
};

/** The target in a part of a pattern. */
export const placeOf = (part: Node): Node => {
  const holder = HOLDERS[part.type];
  return holder === undefined ? part : placeOf(part[holder] as Node);
};

/** Whether a target is a private field. */
export const isPrivateOf = ({ type, property }: Node): boolean =>
  type === "MemberExpression" && (property as Node).type === "PrivateIdentifier";

/** The rest of a pattern, what is left when its other parts are taken. */
export const restOf = ({ type, elements, properties }: Node): Node | undefined => {
  if (type !== "ArrayPattern" && type !== "ObjectPattern") return undefined;
  const last = ((elements ?? properties) as readonly (Node | null)[]).at(-1);
  return last?.type === "RestElement" ? last : undefined;
};

/** The helper that charges for what the rest of a pattern copies. */
export const spreading = ({ type }: Node): string => (type === "ArrayPattern" ? "dure$l" : "dure$k");
