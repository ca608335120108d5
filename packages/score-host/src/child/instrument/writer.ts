import { AssignmentWriter } from "./assignment-writer.ts";
import { FUNCTIONS, writeClass } from "./class.ts";
import { canGrow, GROWING, isShort } from "./growing.ts";
import { childrenOf, isNode, type Node } from "./parse.ts";
import { targetsOf } from "./scope.ts";
import {
  checkOf,
  isAnyOf,
  isEmpty,
  isKeyed,
  isLiteral,
  isPrivateOf,
  isPrototype,
  isSimple,
  placeOf,
  restOf,
  spreading,
} from "./shape.ts";
import { BYTES, charging, entering, type Unit, unit } from "./unit.ts";

/** Branches with fewer nodes are counted where they branch off, taken or not. */
const BRANCH_NODES_MIN = 24;
const BIGINT_CHARS_MAX = 2_500;
/**
 * Of what the parser takes for a letter: ASCII, Latin, Greek, Cyrillic, kana, Han and Hangul. What later versions of Unicode
 * add is a letter to some engines and a mistake to others.
 */

const LOOPS = ["ForStatement", "ForInStatement", "ForOfStatement", "WhileStatement", "DoWhileStatement"];
const REFUSED: Readonly<Record<string, string>> = {
  AwaitExpression: "await: methods are synchronous",
  YieldExpression: "generators cannot be metered; return an array",
  ImportExpression: "import() is refused: a contract is loaded as a whole",
};
const COMPARISONS = ["===", "!==", "==", "!=", "<", ">", "<=", ">="];

/** Writes a text anew with its charges. See instrument.ts. */
export class Writer extends AssignmentWriter {
  /** How often super was said so far. */
  #supers = 0;
  #keepingOfSwitch = "";

  module(program: Node): string {
    // The first statement is the directive that the parser was given.
    const statements = (program["body"] as readonly Node[]).slice(1);
    const body = this.between(0, this.source.length, statements);
    const { temporaries } = this.unit;
    const declared = temporaries.length === 0 ? "" : `let ${temporaries.join(",")};`;
    return charging(this.unit) + declared + this.keeping(program) + body;
  }

  protected override write(node: Node): string {
    this.unit.steps++;
    const { type } = node;
    const refusal = REFUSED[type];
    if (refusal !== undefined) this.refuse(refusal, node);
    if (FUNCTIONS.includes(type)) return this.#function(node);
    if (LOOPS.includes(type)) return this.#loop(node);
    switch (type) {
      case "Identifier":
      case "PrivateIdentifier":
        return this.name(node);
      case "Literal":
        return this.#literal(node);
      case "BlockStatement":
        return this.#block(node);
      case "SwitchStatement":
        return this.#switch(node);
      case "CatchClause":
        return this.#catch(node);
      case "BinaryExpression":
        return this.#binary(node);
      case "AssignmentExpression":
        return this.guarded(targetsOf(node["left"] as Node), this.assignment(node));
      case "UpdateExpression":
        return this.guarded(targetsOf(node["argument"] as Node), this.update(node));
      case "UnaryExpression":
        if (node["operator"] === "delete") this.unit.bytes += BYTES.deletion;
        return this.inside(node);
      case "TryStatement":
        return this.#try(node);
      case "SwitchCase":
        return this.#case(node);
      case "StaticBlock":
        return this.first(node, childrenOf(node), this.keeping(node));
      case "VariableDeclarator":
        return this.#declarator(node);
      case "ArrayPattern":
      case "ObjectPattern":
        return this.pattern(node);
      case "AssignmentPattern":
        return this.#default(node);
      case "SpreadElement":
        return `...${this.handing(node["argument"] as Node, "dure$l")}`;
      case "CallExpression":
      case "NewExpression":
        return this.#call(node);
      case "ObjectExpression":
        return this.#object(node);
      case "Super":
        this.#supers++;
        return "super";
      case "ArrayExpression":
        this.unit.bytes += BYTES.array + BYTES.element * (node["elements"] as readonly unknown[]).length;
        return this.inside(node);
      case "TemplateLiteral":
        return `dure$b(${this.inside(node)})`;
      case "TaggedTemplateExpression":
        this.unit.bytes += BYTES.array;
        // Not the template itself: the tag gets its texts and values apart.
        return this.between(node.start, node.end, [
          node["tag"] as Node,
          ...((node["quasi"] as Node)["expressions"] as readonly Node[]),
        ]);
      case "Property":
        return isPrototype(node) ? this.#wrapping(node, node["value"] as Node, "dure$o") : this.inside(node);
      case "ClassDeclaration":
      case "ClassExpression":
        this.unit.bytes += BYTES.class;
        return writeClass(node, this.source, {
          between: (start, end, nodes, write) => this.between(start, end, nodes, write),
          write: (child) => this.write(child),
          handing: (child, helper) => this.handing(child, helper),
          functionOf: (child, cost, first) => this.#functionOf(child, cost, first),
          apart: (child) => this.#apart(child),
        });
      default:
        return this.inside(node);
    }
  }

  #literal(node: Node): string {
    const regex = node["regex"] as { readonly pattern: string; readonly flags: string } | undefined;
    if (regex !== undefined) {
      this.unit.bytes += BYTES.instance;
      return `dure$r(${JSON.stringify(regex.pattern)},${JSON.stringify(regex.flags)})`;
    }
    const text = this.source.slice(node.start, node.end);
    if (typeof node["bigint"] === "string" && text.length > BIGINT_CHARS_MAX)
      this.refuse(`a BigInt of more than ${BIGINT_CHARS_MAX} digits`, node);
    return text;
  }

  #function(node: Node): string {
    if (node["async"]) this.refuse("async: methods are synchronous", node);
    if (node["generator"]) this.refuse(REFUSED["YieldExpression"] as string, node);
    this.unit.bytes += BYTES.function;
    return this.#functionOf(node, unit());
  }

  /** Writes a function whose cost begins at what is given. */
  #functionOf(node: Node, cost: Unit, first = ""): string {
    const body = node["body"] as Node;
    return this.under(cost, () => {
      const heads = childrenOf(node).filter((child) => child !== body);
      let apart = "";
      const head = this.between(node.start, body.start, heads, (child) => {
        const pattern = child.type === "AssignmentPattern" ? (child["left"] as Node) : child;
        if (!restOf(pattern)) return this.write(child);
        // The parameter is taken apart in the body, where what its rest copies can be charged.
        if (heads.slice(heads.indexOf(child) + 1).some(({ type }) => type === "AssignmentPattern"))
          this.refuse("a default behind a parameter with a rest element (...)", child);
        const name = this.temporary(false);
        apart += `let ${this.pattern(pattern, true)}=${spreading(pattern)}(${name});`;
        return child === pattern ? name : `${name}=${this.#defaultValue(child["right"] as Node)}`;
      });
      const inside =
        body.type === "BlockStatement"
          ? this.between(body.start + 1, body.end - 1, childrenOf(body))
          : `return ${this.write(body)};`;
      return head + entering(cost, first + apart + this.keeping(node, body) + inside);
    });
  }

  /** An expression in a function of its own, so that what it calls is counted where there is no body to count in. */
  #apart(node: Node): string {
    const cost = unit();
    const value = this.under(cost, () => this.write(node));
    this.unit.bytes += BYTES.function;
    return `(()=>${entering(cost, `return ${value};`)})()`;
  }

  #loop(node: Node): string {
    const body = node["body"] as Node;
    const before = { steps: this.unit.steps, bytes: this.unit.bytes };
    const outside = childrenOf(node).filter((child) => child !== body);
    if (isNode(node["left"])) this.#judgePlace(node["left"]);
    const targets = isNode(node["left"]) ? targetsOf(node["left"]) : [];
    const guard = this.guarded(targets, "0") === "0" ? "" : `${this.guarded(targets, "0")};`;
    const isIn = node.type === "ForInStatement";
    const written = new Map(
      outside.map((child) => [
        child,
        isIn && child === node["right"] ? `dure$k(${this.write(child)})` : this.write(child),
      ]),
    );
    // What stands in the head runs once more than the body does.
    const cost = unit(this.unit.temporaries);
    cost.steps += this.unit.steps - before.steps;
    cost.bytes += this.unit.bytes - before.bytes;
    const inside = this.under(cost, () =>
      body.type === "BlockStatement"
        ? this.between(body.start + 1, body.end - 1, childrenOf(body))
        : this.write(body),
    );
    return this.of(node, (child) =>
      child === body
        ? `{${charging(cost)}${this.keeping(node, body)}${guard}${inside}}`
        : (written.get(child) as string),
    );
  }

  #block(node: Node): string {
    const cost = unit(this.unit.temporaries);
    const inside =
      this.keeping(node) +
      this.under(cost, () => this.between(node.start + 1, node.end - 1, childrenOf(node)));
    if (cost.steps > BRANCH_NODES_MIN) return `{${charging(cost)}${inside}}`;
    this.unit.steps += cost.steps;
    this.unit.bytes += cost.bytes;
    return `{${inside}}`;
  }

  /** A catch clause hears of what the engine threw in words that are the same everywhere, and ends if all is used up. */
  #catch(node: Node): string {
    const body = node["body"] as Node;
    const param = node["param"];
    const inside = this.keeping(node, body) + this.between(body.start + 1, body.end - 1, childrenOf(body));
    if (!isNode(param)) return `catch(dure$d){dure$c(dure$d);${inside}}`;
    const written = this.write(param);
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
    if (growing === undefined || !canGrow(operator, left, right)) return this.inside(node);
    return growing.call
      ? `${growing.helper}(${this.write(left)},${this.gap(left, right)}${this.write(right)})`
      : `${growing.helper}(${this.inside(node)})`;
  }

  /** The node with one of its children handed to a helper. */
  #wrapping(node: Node, wrapped: Node, helper: string): string {
    return this.of(node, (child) => (child === wrapped ? this.handing(child, helper) : this.write(child)));
  }

  #switch(node: Node): string {
    const outer = this.#keepingOfSwitch;
    const keeping = this.keeping(node);
    const text = this.of(node, (child) => {
      if (child === node["discriminant"]) return this.handing(child, "dure$e");
      this.#keepingOfSwitch = keeping;
      return this.write(child);
    });
    this.#keepingOfSwitch = outer;
    return text;
  }

  /** What is thrown past a `finally`, which may return instead, is looked at before it. */
  #try(node: Node): string {
    const finalizer = node["finalizer"];
    if (!isNode(finalizer)) return this.inside(node);
    const tried = node["block"] as Node;
    const handler = node["handler"];
    const looking = "catch(dure$d){dure$z(dure$d);throw dure$d}";
    const end = isNode(handler) ? handler.end : tried.end;
    const inner = this.between(tried.start, end, isNode(handler) ? [tried, handler] : [tried]);
    const last = this.source.slice(end, finalizer.start) + this.write(finalizer);
    const gap = this.source.slice(node.start, tried.start);
    return isNode(handler) ? `${gap}{try${inner}}${looking}${last}` : `${gap}${inner}${looking}${last}`;
  }

  /** A switch's variables are kept wherever it is entered. */
  #case(node: Node): string {
    const test = node["test"];
    const statements = node["consequent"] as readonly Node[];
    const tested = isNode(test) ? [test] : [];
    return this.first(node, statements, this.#keepingOfSwitch, tested);
  }

  #declarator(node: Node): string {
    const id = node["id"] as Node;
    const init = node["init"];
    if (!isNode(init) || !isAnyOf(id, "ArrayPattern", "ObjectPattern")) return this.inside(node);
    this.unit.steps++;
    return `${this.pattern(id, true)}=${this.gap(id, init)}${this.restSource(id, init)}`;
  }

  /** What a pattern takes apart, charged for what its rest copies. */
  protected override restSource(pattern: Node, source: Node): string {
    return restOf(pattern) === undefined ? this.write(source) : this.handing(source, spreading(pattern));
  }

  protected override pattern(node: Node, isOutermost = false): string {
    const rest = restOf(node);
    if (rest !== undefined && !isOutermost)
      this.refuse("a rest element (...) here; take the value apart in a declaration of its own", rest);
    for (const part of childrenOf(node)) this.#judgePlace(part);
    return this.of(node, (part) => (part["computed"] === true ? this.#computedPart(part) : this.write(part)));
  }

  /** A function's parameters are taken apart before its body counts anything: a key that is computed there counts itself. */
  #computedPart(part: Node): string {
    this.unit.steps++;
    const key = part["key"] as Node | undefined;
    return this.of(part, (child) =>
      child === key && !isSimple(child) ? this.#apart(child) : this.write(child),
    );
  }

  /** Within a pattern, and in the head of a loop, a target cannot be checked as an assignment's is. */
  #judgePlace(node: Node): void {
    const place = placeOf(node);
    if (checkOf(place) !== undefined || isKeyed(place) || isPrivateOf(place))
      this.refuse("a property that is set here; set it in an assignment of its own", place);
  }

  #default(node: Node): string {
    return `${this.write(node["left"] as Node)}=${this.#defaultValue(node["right"] as Node)}`;
  }

  #defaultValue(value: Node): string {
    const isPlain =
      isLiteral(value) || isEmpty(value) || value.type === "Identifier" || FUNCTIONS.includes(value.type);
    return isPlain ? this.write(value) : this.#apart(value);
  }

  #call(node: Node): string {
    if (node.type === "NewExpression") this.unit.bytes += BYTES.instance;
    const spreads = (node["arguments"] as readonly Node[]).filter(({ type }) => type === "SpreadElement");
    return this.of(node, (child) =>
      spreads.includes(child) ? `...${this.handing(child["argument"] as Node, "dure$s")}` : this.write(child),
    );
  }

  #object(node: Node): string {
    const properties = node["properties"] as readonly Node[];
    this.unit.bytes += BYTES.object + BYTES.property * properties.length;
    for (const { kind, computed } of properties) {
      if (kind === "get" || kind === "set") this.unit.bytes += BYTES.accessor;
      if (computed === true) this.unit.bytes += BYTES.computedProperty;
    }
    const supers = this.#supers;
    const text = this.of(node, (property) =>
      property.type === "SpreadElement"
        ? `...${this.handing(property["argument"] as Node, "dure$k")}`
        : this.write(property),
    );
    // A method that says super holds its object, and nothing else may.
    return this.#supers === supers ? text : `dure$u(${text})`;
  }
}
