import { canGrow, GROWING, isShort } from "./growing.ts";
import { childrenOf, isNode, lineAt, type Node, SyntaxRefusal } from "./parse.ts";
import { isAnyOf, isEmpty, isLiteral, isNumber, isSimple, unwrapped } from "./shape.ts";
import { BYTES, charging, entering, type Unit, unit } from "./unit.ts";

/** Branches with fewer nodes are counted where they branch off, taken or not. */
const BRANCH_NODES_MIN = 24;
const BIGINT_CHARS_MAX = 2_500;
const HELPER = /^dure\$/;

const LOOPS = ["ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement"];
const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];
const COMPARISONS = ["===", "!==", "==", "!=", "<", ">", "<=", ">="];
/** Writes a text anew with its charges. See instrument.ts. */
export class Writer {
  readonly #source: string;
  #unit: Unit = unit();
  #temporaries = 0;

  constructor(source: string) {
    this.#source = source;
  }

  module(program: Node): string {
    // The first statement is the directive that the parser was given.
    const statements = (program["body"] as readonly Node[]).slice(1);
    const body = this.#between(0, this.#source.length, statements);
    const { temporaries } = this.#unit;
    return charging(this.#unit) + (temporaries.length === 0 ? "" : `let ${temporaries.join(",")};`) + body;
  }

  /** Returns the text from one position to another with the nodes in it written anew. */
  #between(
    start: number,
    end: number,
    nodes: readonly Node[],
    write: (node: Node) => string = (node) => this.#write(node),
  ): string {
    let text = "";
    let at = start;
    for (const node of nodes) {
      text += this.#source.slice(at, node.start) + write(node);
      at = node.end;
    }
    return text + this.#source.slice(at, end);
  }

  /** The node with its children written as is said. */
  #of(node: Node, write: (child: Node) => string): string {
    return this.#between(node.start, node.end, childrenOf(node), write);
  }

  #inside(node: Node): string {
    return this.#between(node.start, node.end, childrenOf(node));
  }

  /** Writes under another unit, and returns what was written. */
  #under(cost: Unit, write: () => string): string {
    const outer = this.#unit;
    this.#unit = cost;
    try {
      return write();
    } finally {
      this.#unit = outer;
    }
  }

  #temporary(): string {
    this.#temporaries++;
    const name = `dure$${this.#temporaries}`;
    this.#unit.temporaries.push(name);
    return name;
  }

  #refuse(reason: string, node: Node): never {
    throw new SyntaxRefusal(reason, lineAt(this.#source, node.start));
  }

  #write(node: Node): string {
    this.#unit.steps++;
    const { type } = node;
    if (FUNCTIONS.includes(type)) return this.#function(node);
    if (LOOPS.includes(type)) return this.#loop(node);
    switch (type) {
      case "Identifier":
        if (HELPER.test(node["name"] as string)) this.#refuse(`the name ${node["name"]} is reserved`, node);
        return this.#source.slice(node.start, node.end);
      case "Literal":
        return this.#literal(node);
      case "AwaitExpression":
        return this.#refuse("await: methods are synchronous", node);
      case "YieldExpression":
        return this.#refuse("generators cannot be metered; return an array", node);
      case "ImportExpression":
        return this.#refuse("import() is refused: a contract is loaded as a whole", node);
      case "BlockStatement":
        return this.#block(node);
      case "SwitchStatement":
        return this.#wrapping(node, node["discriminant"] as Node, "dure$e");
      case "CatchClause":
        return this.#catch(node);
      case "BinaryExpression":
        return this.#binary(node);
      case "AssignmentExpression":
        return this.#assignment(node);
      case "VariableDeclarator":
        return this.#declarator(node);
      case "ArrayPattern":
      case "ObjectPattern":
        return this.#pattern(node);
      case "AssignmentPattern":
        return this.#default(node);
      case "SpreadElement":
        return `...${this.#handing(node["argument"] as Node, "dure$l")}`;
      case "CallExpression":
      case "NewExpression":
        return this.#call(node);
      case "ObjectExpression":
        return this.#object(node);
      case "ArrayExpression":
        this.#unit.bytes += BYTES.array + BYTES.element * (node["elements"] as readonly unknown[]).length;
        return this.#inside(node);
      case "TemplateLiteral":
        return `dure$b(${this.#inside(node)})`;
      case "TaggedTemplateExpression":
        this.#unit.bytes += BYTES.array;
        return this.#between(node.start, node.end, [node["tag"] as Node, ...this.#holes(node)]);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#class(node);
      default:
        return this.#inside(node);
    }
  }

  /** The expressions of a tagged template, whose texts the tag gets apart. */
  #holes(node: Node): readonly Node[] {
    return (node["quasi"] as Node)["expressions"] as readonly Node[];
  }

  #literal(node: Node): string {
    const regex = node["regex"] as { readonly pattern: string; readonly flags: string } | undefined;
    if (regex !== undefined) {
      this.#unit.bytes += BYTES.instance;
      return `dure$r(${JSON.stringify(regex.pattern)},${JSON.stringify(regex.flags)})`;
    }
    const text = this.#source.slice(node.start, node.end);
    if (typeof node["bigint"] === "string" && text.length > BIGINT_CHARS_MAX)
      this.#refuse(`a BigInt of more than ${BIGINT_CHARS_MAX} digits`, node);
    return text;
  }

  #function(node: Node): string {
    if (node["async"]) this.#refuse("async: methods are synchronous", node);
    if (node["generator"]) this.#refuse("generators cannot be metered; return an array", node);
    this.#unit.bytes += BYTES.function;
    return this.#functionOf(node, unit());
  }

  /** Writes a function whose cost begins at what is given. */
  #functionOf(node: Node, cost: Unit): string {
    const body = node["body"] as Node;
    return this.#under(cost, () => {
      const heads = childrenOf(node).filter((child) => child !== body);
      const head = this.#between(node.start, body.start, heads);
      const inside =
        body.type === "BlockStatement"
          ? this.#between(body.start + 1, body.end - 1, childrenOf(body))
          : `return ${this.#write(body)};`;
      return head + entering(cost, inside);
    });
  }

  /** An expression in a function of its own, so that what it calls is counted where there is no body to count in. */
  #apart(node: Node): string {
    const cost = unit();
    const value = this.#under(cost, () => this.#write(node));
    this.#unit.bytes += BYTES.function;
    return `(()=>${entering(cost, `return ${value};`)})()`;
  }

  #loop(node: Node): string {
    const body = node["body"] as Node;
    const before = { steps: this.#unit.steps, bytes: this.#unit.bytes };
    const outside = childrenOf(node).filter((child) => child !== body);
    const isIn = node.type === "ForInStatement";
    const written = new Map(
      outside.map((child) => [
        child,
        isIn && child === node["right"] ? `dure$k(${this.#write(child)})` : this.#write(child),
      ]),
    );
    // What stands in the head runs once more than the body does.
    const cost = unit(this.#unit.temporaries);
    cost.steps += this.#unit.steps - before.steps;
    cost.bytes += this.#unit.bytes - before.bytes;
    const inside = this.#under(cost, () =>
      body.type === "BlockStatement"
        ? this.#between(body.start + 1, body.end - 1, childrenOf(body))
        : this.#write(body),
    );
    return this.#of(node, (child) =>
      child === body ? `{${charging(cost)}${inside}}` : (written.get(child) as string),
    );
  }

  #block(node: Node): string {
    const cost = unit(this.#unit.temporaries);
    const inside = this.#under(cost, () => this.#between(node.start + 1, node.end - 1, childrenOf(node)));
    if (cost.steps > BRANCH_NODES_MIN) return `{${charging(cost)}${inside}}`;
    this.#unit.steps += cost.steps;
    this.#unit.bytes += cost.bytes;
    return `{${inside}}`;
  }

  /** A catch clause hears of what the engine threw in words that are the same everywhere, and ends if all is used up. */
  #catch(node: Node): string {
    const body = node["body"] as Node;
    const param = node["param"];
    const inside = this.#between(body.start + 1, body.end - 1, childrenOf(body));
    if (!isNode(param)) return `catch(dure$t){dure$c(dure$t);${inside}}`;
    const written = this.#write(param);
    return param.type === "Identifier"
      ? `catch(${written}){${written}=dure$c(${written});${inside}}`
      : `catch(dure$t){let ${written}=dure$c(dure$t);${inside}}`;
  }

  #binary(node: Node): string {
    const operator = node["operator"] as string;
    const left = node["left"] as Node;
    const right = node["right"] as Node;
    if (COMPARISONS.includes(operator) && !isShort(left) && !isShort(right))
      return this.#wrapping(node, left, "dure$e");
    const growing = GROWING[operator];
    if (growing === undefined || !canGrow(operator, left, right)) return this.#inside(node);
    return growing.call
      ? `${growing.helper}(${this.#write(left)},${this.#write(right)})`
      : `${growing.helper}(${this.#inside(node)})`;
  }

  /** The node with one of its children handed to a helper. */
  #wrapping(node: Node, wrapped: Node, helper: string): string {
    return this.#of(node, (child) => (child === wrapped ? this.#handing(child, helper) : this.#write(child)));
  }

  #handing(node: Node, helper: string): string {
    return `${helper}(${this.#write(node)})`;
  }

  #assignment(node: Node): string {
    const left = node["left"] as Node;
    const right = node["right"] as Node;
    const operator = (node["operator"] as string).slice(0, -1);
    if (left.type === "MemberExpression")
      this.#unit.bytes += left["computed"] ? BYTES.computedWrite : BYTES.namedWrite;
    if (operator === "" && isAnyOf(left, "ArrayPattern", "ObjectPattern"))
      return `${this.#pattern(left, true)}=${this.#restSource(left, right)}`;
    const growing = GROWING[operator];
    if (growing === undefined || (!["+", "**"].includes(operator) && isNumber(right)))
      return this.#inside(node);
    const [target, value] = this.#target(unwrapped(left));
    const operand = this.#write(right);
    return growing.call
      ? `${target}=${growing.helper}(${value},${operand})`
      : `${target}=${growing.helper}(${value}${operator}(${operand}))`;
  }

  /** An assignment's target as it is written and as it is read, each part evaluated once. */
  #target(left: Node): readonly [target: string, value: string] {
    if (left.type !== "MemberExpression") {
      const name = this.#write(left);
      return [name, name];
    }
    const object = left["object"] as Node;
    const property = left["property"] as Node;
    const isComputed = left["computed"] === true;
    const [objectTarget, objectValue] = this.#once(object);
    if (!isComputed) {
      const name = this.#source.slice(property.start, property.end);
      return [`${objectTarget}.${name}`, `${objectValue}.${name}`];
    }
    const [keyTarget, keyValue] = this.#once(property);
    return [`${objectTarget}[${keyTarget}]`, `${objectValue}[${keyValue}]`];
  }

  #once(node: Node): readonly [string, string] {
    const text = this.#write(node);
    if (isSimple(node)) return [text, text];
    const name = this.#temporary();
    // A statement may begin here, and must not begin with a bracket: the line before it may have no semicolon.
    return [`dure$i(${name}=${text})`, name];
  }

  #declarator(node: Node): string {
    const id = node["id"] as Node;
    const init = node["init"];
    if (!isNode(init) || !isAnyOf(id, "ArrayPattern", "ObjectPattern")) return this.#inside(node);
    this.#unit.steps++;
    return `${this.#pattern(id, true)}=${this.#restSource(id, init)}`;
  }

  /** What a pattern takes apart, charged for what its rest copies. */
  #restSource(pattern: Node, source: Node): string {
    const parts = (pattern["elements"] ?? pattern["properties"]) as readonly (Node | null)[];
    if (parts.at(-1)?.type !== "RestElement") return this.#write(source);
    return this.#handing(source, pattern.type === "ArrayPattern" ? "dure$l" : "dure$k");
  }

  #pattern(node: Node, isOutermost = false): string {
    const rest = childrenOf(node).find((child) => child.type === "RestElement");
    if (rest !== undefined && !isOutermost)
      this.#refuse("a rest element (...) here; take the value apart in a declaration of its own", rest);
    return this.#inside(node);
  }

  #default(node: Node): string {
    const left = node["left"] as Node;
    const right = node["right"] as Node;
    const isPlain =
      isLiteral(right) || isEmpty(right) || right.type === "Identifier" || FUNCTIONS.includes(right.type);
    return `${this.#write(left)}=${isPlain ? this.#write(right) : this.#apart(right)}`;
  }

  #call(node: Node): string {
    if (node.type === "NewExpression") this.#unit.bytes += BYTES.instance;
    const spreads = (node["arguments"] as readonly Node[]).filter(({ type }) => type === "SpreadElement");
    return this.#of(node, (child) =>
      spreads.includes(child)
        ? `...${this.#handing(child["argument"] as Node, "dure$s")}`
        : this.#write(child),
    );
  }

  #object(node: Node): string {
    const properties = node["properties"] as readonly Node[];
    this.#unit.bytes += BYTES.object + BYTES.property * properties.length;
    return this.#of(node, (property) =>
      property.type === "SpreadElement"
        ? `...${this.#handing(property["argument"] as Node, "dure$k")}`
        : this.#write(property),
    );
  }

  /**
   * A class whose construction is counted: one without a constructor gets the one that the language would give it, and
   * the values of fields are counted with it.
   */
  #class(node: Node): string {
    this.#unit.bytes += BYTES.class;
    const body = node["body"] as Node;
    const members = body["body"] as readonly Node[];
    const heritage = childrenOf(node).filter((child) => child !== body);
    const head = this.#between(node.start, body.start, heritage);
    const cost = unit();
    let fields = 0;
    const written = new Map<Node, string>();
    for (const member of members) {
      if (member.type !== "PropertyDefinition") continue;
      if (!member["static"]) fields++;
      written.set(member, this.#field(member));
    }
    cost.steps += fields * 4;
    cost.bytes += fields * (BYTES.property + BYTES.function);
    const isDerived = isNode(node["superClass"]);
    const own = members.find((member) => member["kind"] === "constructor");
    const given = isDerived
      ? `constructor(...dure$a)${entering(cost, "super(...dure$a);")}`
      : `constructor()${entering(cost, "")}`;
    const isGiven = own === undefined && (isDerived || fields > 0);
    const rest = this.#between(body.start + 1, body.end, members, (member) =>
      member === own ? this.#constructorOf(member, cost) : (written.get(member) ?? this.#write(member)),
    );
    return `${head}{${isGiven ? given : ""}${rest}`;
  }

  #constructorOf(member: Node, cost: Unit): string {
    const value = member["value"] as Node;
    return this.#source.slice(member.start, value.start) + this.#functionOf(value, cost);
  }

  #field(member: Node): string {
    const key = member["key"] as Node;
    const value = member["value"];
    const keyText = this.#between(member.start, key.end, [key]);
    if (!isNode(value)) return keyText + this.#source.slice(key.end, member.end);
    const isPlain = isLiteral(value) || FUNCTIONS.includes(value.type);
    const text = isPlain ? this.#write(value) : this.#apart(value);
    return (
      keyText + this.#source.slice(key.end, value.start) + text + this.#source.slice(value.end, member.end)
    );
  }
}
