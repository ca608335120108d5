/**
 * Which variables are shared between a function and those inside it, and which of them the inner ones write. What a module
 * made while it was loaded is kept for its next calls (see ../seal.ts); these are the places where it could change.
 */
import { childrenOf, isNode, type Node } from "./parse.ts";

/** What a function's text needs to know of its variables. */
export type Scopes = {
  /** By function, block, loop or catch clause: its variables that functions inside it use. `this` and `arguments` too. */
  readonly captured: ReadonlyMap<Node, ReadonlySet<string>>;
  /** By the identifier of a write in an inner function: the function whose variable it is, or the program. */
  readonly written: ReadonlyMap<Node, Node>;
  /**
   * Whether all that is captured can be told by the text: not so where a function in the head of a loop, among the
   * defaults of parameters or of a catch clause keeps what is declared there, and where an arrow keeps `new.target`.
   */
  readonly isTold: boolean;
};

type Scope = {
  readonly node: Node;
  /** The function that it is in, or the program; of an arrow, the arrow. */
  readonly owner: Node;
  readonly names: Set<string>;
  readonly outer: Scope | undefined;
  /** Whether what is visited stands where its names are declared, before any statement that could tell of them. */
  isHead: boolean;
};

const ARROW = "ArrowFunctionExpression";
const isFunction = ({ type }: Node): boolean =>
  type === "FunctionDeclaration" || type === "FunctionExpression" || type === ARROW;
const BLOCKS: ReadonlySet<string> = new Set([
  "BlockStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "SwitchStatement",
  "CatchClause",
  "ClassDeclaration",
  "ClassExpression",
  "StaticBlock",
]);

/** Returns what the functions of a program share. */
export const scopesOf = (program: Node): Scopes => {
  const captured = new Map<Node, Set<string>>();
  const written = new Map<Node, Node>();
  let isTold = true;

  const use = (name: string, scope: Scope, write?: Node): void => {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
      if (!at.names.has(name)) continue;
      if (at.owner === scope.owner) return;
      const names = captured.get(at.node) ?? new Set();
      captured.set(at.node, names.add(name));
      if (at.isHead) isTold = false;
      if (write !== undefined) written.set(write, at.owner);
      return;
    }
    // What nobody declares is the module's as well: its `module` and `exports`.
    if (write !== undefined && scope.owner !== program) written.set(write, program);
  };

  const visit = (node: Node, scope: Scope): void => {
    switch (node.type) {
      case "Identifier":
        return use(node["name"] as string, scope);
      case "ThisExpression":
      case "Super":
        return use("this", scope);
      case "MetaProperty":
        if (scope.owner.type === ARROW) isTold = false;
        return;
      case "AssignmentExpression":
      case "ForInStatement":
      case "ForOfStatement":
        // What a loop declares is its own.
        if ((node["left"] as Node).type === "VariableDeclaration") break;
        for (const target of targetsOf(node["left"] as Node)) use(target["name"] as string, scope, target);
        break;
      case "UpdateExpression":
        for (const target of targetsOf(node["argument"] as Node))
          use(target["name"] as string, scope, target);
        break;
    }
    const inner = isFunction(node)
      ? functionScope(node, scope)
      : BLOCKS.has(node.type)
        ? blockScope(node, scope)
        : scope;
    for (const child of childrenOf(node)) {
      if (isName(child, node)) continue;
      if (inner !== scope && !node.type.startsWith("Class"))
        inner.isHead = HEADED.has(node.type) && child !== node["body"];
      // Fields' values and static blocks have a `this` of their own, and run when nothing around them does.
      const isApart =
        child.type === "StaticBlock" || (node.type === "PropertyDefinition" && child === node["value"]);
      visit(child, isApart ? apartScope(child, inner) : inner);
    }
  };

  const root: Scope = { node: program, owner: program, names: new Set(), outer: undefined, isHead: false };
  declareAll(program, root.names);
  for (const statement of program["body"] as readonly Node[]) visit(statement, root);
  return { captured, written, isTold };
};

/** What has a head, in which names are declared, before its body. */
const HEADED: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  ARROW,
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "CatchClause",
]);

const apartScope = (node: Node, outer: Scope): Scope => {
  const names = new Set(["this"]);
  if (node.type === "StaticBlock") declareAll(node, names);
  return { node, owner: node, names, outer, isHead: false };
};

const functionScope = (node: Node, outer: Scope): Scope => {
  const names = new Set<string>();
  if (node.type !== ARROW) names.add("this").add("arguments");
  if (node.type === "FunctionExpression" && isNode(node["id"])) names.add(node["id"]["name"] as string);
  for (const parameter of node["params"] as readonly Node[]) bind(parameter, names);
  declareAll(node["body"] as Node, names);
  return { node, owner: node, names, outer, isHead: false };
};

const blockScope = (node: Node, outer: Scope): Scope => {
  const names = new Set<string>();
  if (isNode(node["id"])) names.add(node["id"]["name"] as string);
  if (isNode(node["param"])) bind(node["param"], names);
  const heads = [node["init"], node["left"]].filter(isNode);
  const bodies =
    node.type === "SwitchStatement" ? (node["cases"] as readonly Node[]).flatMap(childrenOf) : [];
  const statements = Array.isArray(node["body"]) ? (node["body"] as readonly Node[]) : [];
  for (const statement of [...heads, ...bodies, ...statements]) declare(statement, names, false);
  return { node, owner: outer.owner, names, outer, isHead: false };
};

/** All names of a function's own: declared in its outermost block, or by `var` in any block. */
const declareAll = (body: Node, names: Set<string>): void => {
  if (!Array.isArray(body["body"])) return;
  for (const statement of body["body"] as readonly Node[]) declare(statement, names, false);
  hoist(body, names);
};

const hoist = (node: Node, names: Set<string>): void => {
  for (const child of childrenOf(node)) {
    if (isFunction(child) || child.type === "StaticBlock") continue;
    if (child.type === "VariableDeclaration" && child["kind"] === "var") declare(child, names, true);
    hoist(child, names);
  }
};

const declare = (statement: Node, names: Set<string>, isHoisting: boolean): void => {
  const { type, id } = statement;
  if ((type === "FunctionDeclaration" || type === "ClassDeclaration") && isNode(id)) bind(id, names);
  if (type !== "VariableDeclaration" || (statement["kind"] === "var" && !isHoisting)) return;
  for (const declarator of statement["declarations"] as readonly Node[])
    bind(declarator["id"] as Node, names);
};

/** Adds the names of a pattern. */
const bind = (pattern: Node, names: Set<string>): void => {
  for (const { name } of targetsOf(pattern)) names.add(name as string);
};

/** The identifiers that a target or a declaration gives values to. */
export const targetsOf = (target: Node): readonly Node[] => {
  switch (target.type) {
    case "Identifier":
      return [target];
    case "ParenthesizedExpression":
      return targetsOf(target["expression"] as Node);
    case "VariableDeclaration":
      return (target["declarations"] as readonly Node[]).flatMap(({ id }) => targetsOf(id as Node));
    case "ArrayPattern":
    case "ObjectPattern":
      return childrenOf(target).flatMap(targetsOf);
    case "Property":
      return targetsOf(target["value"] as Node);
    case "AssignmentPattern":
      return targetsOf(target["left"] as Node);
    case "RestElement":
      return targetsOf(target["argument"] as Node);
    default:
      return [];
  }
};

/** Whether an identifier names a property, a label or a part of `new.target`, and no variable. */
const isName = (child: Node, parent: Node): boolean => {
  if (child.type !== "Identifier") return false;
  if (parent.type === "MemberExpression") return child === parent["property"] && parent["computed"] !== true;
  if (["Property", "MethodDefinition", "PropertyDefinition"].includes(parent.type))
    return child === parent["key"] && parent["computed"] !== true && parent["shorthand"] !== true;
  return ["LabeledStatement", "BreakStatement", "ContinueStatement", "MetaProperty"].includes(parent.type);
};
