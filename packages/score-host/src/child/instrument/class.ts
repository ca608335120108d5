import { childrenOf, isNode, type Node } from "./parse.ts";
import { isLiteral } from "./shape.ts";
import { BYTES, entering, FIELDS_WORDS, type Unit, unit } from "./unit.ts";

export const FUNCTIONS: readonly string[] = [
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
];

/** Writes a node anew. */
export type Write = (node: Node) => string;

/** Keeps `this`, which the functions of fields and static blocks may have. */
const KEEPING = "if(dure$m.loading)dure$y(()=>this);";

/**
 * A constructor can return any object to the class that extends it, and that one's private names are put on it, however
 * frozen it is: see seal.ts.
 */
const STAMPING = "#dure$f=dure$v(this);";

/** How the parts of a class are written. */
type Writing = {
  /** The text from one position to another with the nodes in it written anew. */
  readonly between: (start: number, end: number, nodes: readonly Node[], write?: Write) => string;
  readonly write: Write;
  /** The node handed to a helper. */
  readonly handing: (node: Node, helper: string) => string;
  /** A function whose cost begins at what is given, and its body with a statement. */
  readonly functionOf: (node: Node, cost: Unit, first: string) => string;
  /** An expression in a function of its own. */
  readonly apart: Write;
};

/**
 * Writes a class so that its construction is counted: one without a constructor gets the one that the language would give
 * it, and the values of fields are counted with it.
 */
export const writeClass = (
  node: Node,
  source: string,
  { between, write, handing, functionOf, apart }: Writing,
): string => {
  const body = node["body"] as Node;
  const members = body["body"] as readonly Node[];
  const heritage = childrenOf(node).filter((child) => child !== body);
  const head = between(node.start, body.start, heritage, (child) =>
    child === node["superClass"] ? handing(child, "dure$o") : write(child),
  );
  const field = (member: Node): string => {
    const key = member["key"] as Node;
    const value = member["value"];
    const named = between(member.start, key.end, [key], write);
    if (!isNode(value)) return named + source.slice(key.end, member.end);
    const isPlain = isLiteral(value) || FUNCTIONS.includes(value.type);
    const plain = isPlain ? write(value) : apart(value);
    const written = key.type === "PrivateIdentifier" ? `dure$u(${plain})` : plain;
    return named + source.slice(key.end, value.start) + written + source.slice(value.end, member.end);
  };
  const fields = new Map(
    members.filter(({ type }) => type === "PropertyDefinition").map((member) => [member, field(member)]),
  );
  const isDerived = isNode(node["superClass"]);
  const isStamping = isDerived && members.some(isPrivate);
  const own = [...fields.keys()].filter((member) => !member["static"]).length + (isStamping ? 1 : 0);
  const cost = unit();
  cost.steps += own * 4;
  cost.bytes += own * (BYTES.property + BYTES.function);
  if (own > 0) cost.words += FIELDS_WORDS;

  const constructing = members.find((member) => member["kind"] === "constructor");
  const kept = own > 0 ? KEEPING : "";
  const given = isDerived
    ? `constructor(...dure$a)${entering(cost, `${kept}super(...dure$a);`)}`
    : `constructor()${entering(cost, kept)}`;
  const isGiven = constructing === undefined && (isDerived || own > 0);
  const rest = between(body.start + 1, body.end, members, (member) => {
    if (member !== constructing) return fields.get(member) ?? write(member);
    const value = member["value"] as Node;
    return source.slice(member.start, value.start) + functionOf(value, cost, kept);
  });
  return `${head}{${isStamping ? STAMPING : ""}static{${KEEPING}}${isGiven ? given : ""}${rest}`;
};

/** A member of instances that only the class can name. */
const isPrivate = ({ key, static: isStatic }: Node): boolean =>
  isNode(key) && key.type === "PrivateIdentifier" && isStatic !== true;
