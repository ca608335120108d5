import { FUNCTIONS, type Write, writeClass } from "./class.ts";
import { applying, canGrow, GROWING, isShort } from "./growing.ts";
import { childrenOf, isNode, lineAt, type Node, SyntaxRefusal } from "./parse.ts";
import {
  checkOf,
  isAnyOf,
  isEmpty,
  isKeyed,
  isLiteral,
  isNumber,
  isPrototype,
  isSimple,
  placeOf,
  unwrapped,
} from "./shape.ts";
import { BYTES, charging, entering, type Unit, unit } from "./unit.ts";

/** Branches with fewer nodes are counted where they branch off, taken or not. */
const BRANCH_NODES_MIN = 24;
const BIGINT_CHARS_MAX = 2_500;
const HELPER = /^dure\$/;
/**
 * Of what the parser takes for a letter: ASCII, Latin, Greek, Cyrillic, kana, Han and Hangul. What later versions of Unicode
 * add is a letter to some engines and a mistake to others.
 */
const LETTERS = /^[\w$\u00aa-\u024f\u0370-\u03ff\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fef\uac00-\ud7a3]+$/;

const LOOPS = ["ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement"];
const REFUSED: Readonly<Record<string, string>> = {
  AwaitExpression: "await: methods are synchronous",
  YieldExpression: "generators cannot be metered; return an array",
  ImportExpression: "import() is refused: a contract is loaded as a whole",
};
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
    write: Write = (node) => this.#write(node),
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
  #of(node: Node, write: Write): string {
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
    const refusal = REFUSED[type];
    if (refusal !== undefined) this.#refuse(refusal, node);
    if (FUNCTIONS.includes(type)) return this.#function(node);
    if (LOOPS.includes(type)) return this.#loop(node);
    switch (type) {
      case "Identifier":
      case "PrivateIdentifier":
        return this.#name(node);
      case "Literal":
        return this.#literal(node);
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
        // Not the template itself: the tag gets its texts and values apart.
        return this.#between(node.start, node.end, [
          node["tag"] as Node,
          ...((node["quasi"] as Node)["expressions"] as readonly Node[]),
        ]);
      case "Property":
        return isPrototype(node) ? this.#wrapping(node, node["value"] as Node, "dure$o") : this.#inside(node);
      case "ClassDeclaration":
      case "ClassExpression":
        this.#unit.bytes += BYTES.class;
        return writeClass(node, this.#source, {
          between: (start, end, nodes, write) => this.#between(start, end, nodes, write),
          write: (child) => this.#write(child),
          handing: (child, helper) => this.#handing(child, helper),
          functionOf: (child, cost) => this.#functionOf(child, cost),
          apart: (child) => this.#apart(child),
        });
      default:
        return this.#inside(node);
    }
  }

  #name(node: Node): string {
    const name = node["name"] as string;
    if (HELPER.test(name)) this.#refuse(`the name ${name} is reserved`, node);
    if (!LETTERS.test(name)) this.#refuse(`the name ${name} has letters that not every engine knows`, node);
    return this.#source.slice(node.start, node.end);
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
    if (node["generator"]) this.#refuse(REFUSED["YieldExpression"] as string, node);
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
    if (isNode(node["left"])) this.#judgePlace(node["left"]);
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
    if (!isNode(param)) return `catch(dure$d){dure$c(dure$d);${inside}}`;
    const written = this.#write(param);
    return param.type === "Identifier"
      ? `catch(${written}){${written}=dure$c(${written});${inside}}`
      : `catch(dure$d){let ${written}=dure$c(dure$d);${inside}}`;
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
      ? `${growing.helper}(${this.#write(left)},${this.#gap(left, right)}${this.#write(right)})`
      : `${growing.helper}(${this.#inside(node)})`;
  }

  /** The ends of lines between two nodes, which stay where they are. */
  #gap(before: Node, after: Node): string {
    return this.#source.slice(before.end, after.start).replace(/[^\n]/g, "");
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
      return `${this.#pattern(left, true)}=${this.#gap(left, right)}${this.#restSource(left, right)}`;
    const target = unwrapped(left);
    const check = checkOf(target);
    const growing = !["+", "**"].includes(operator) && isNumber(right) ? undefined : GROWING[operator];
    if (check === undefined && growing === undefined && !isKeyed(target)) return this.#inside(node);
    const { write, read, object } = this.#target(target);
    const operand = this.#gap(left, right) + this.#write(right);
    const value = operator === "" ? operand : applying(growing, read, operator, `(${operand})`);
    if (check !== undefined) return `${write}=${check}(${object},${value})`;
    return growing === undefined ? `${write}${node["operator"]}${operand}` : `${write}=${value}`;
  }

  /** An assignment's target as it is written, as it is read, and the object that it is a property of, each evaluated once. */
  #target(left: Node): { readonly write: string; readonly read: string; readonly object: string } {
    if (left.type !== "MemberExpression") {
      const name = this.#write(left);
      return { write: name, read: name, object: "" };
    }
    const of = left["object"] as Node;
    const object = this.#once(of);
    // What is set as a property of super becomes one of this.
    const holder = of.type === "Super" ? "this" : object.again;
    const property = left["property"] as Node;
    if (left["computed"] !== true) {
      const name = this.#name(property);
      return { write: `${object.first}.${name}`, read: `${object.again}.${name}`, object: holder };
    }
    const key = this.#once(property, isKeyed(left) ? "dure$q" : "");
    return {
      write: `${object.first}[${key.first}]`,
      read: `${object.again}[${key.again}]`,
      object: holder,
    };
  }

  /** An expression as it is evaluated, and as its value is had again. */
  #once(node: Node, helper = ""): { readonly first: string; readonly again: string } {
    const text = helper === "" ? this.#write(node) : this.#handing(node, helper);
    if (isSimple(node)) return { first: text, again: text };
    const name = this.#temporary();
    // A statement may begin here, and must not begin with a bracket: the line before it may have no semicolon.
    return { first: `dure$i(${name}=${text})`, again: name };
  }

  #declarator(node: Node): string {
    const id = node["id"] as Node;
    const init = node["init"];
    if (!isNode(init) || !isAnyOf(id, "ArrayPattern", "ObjectPattern")) return this.#inside(node);
    this.#unit.steps++;
    return `${this.#pattern(id, true)}=${this.#gap(id, init)}${this.#restSource(id, init)}`;
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
    for (const part of childrenOf(node)) this.#judgePlace(part);
    return this.#of(node, (part) =>
      part["computed"] === true ? this.#computedPart(part) : this.#write(part),
    );
  }

  /** A function's parameters are taken apart before its body counts anything: a key that is computed there counts itself. */
  #computedPart(part: Node): string {
    this.#unit.steps++;
    const key = part["key"] as Node | undefined;
    return this.#of(part, (child) =>
      child === key && !isSimple(child) ? this.#apart(child) : this.#write(child),
    );
  }

  /** Within a pattern, and in the head of a loop, a target cannot be checked as an assignment's is. */
  #judgePlace(node: Node): void {
    const place = placeOf(node);
    if (checkOf(place) !== undefined || isKeyed(place))
      this.#refuse("a property that is set here; set it in an assignment of its own", place);
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
}
