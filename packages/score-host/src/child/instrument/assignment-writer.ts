import { applying, GROWING } from "./growing.ts";
import type { Node } from "./parse.ts";
import { checkOf, isAnyOf, isKeyed, isNumber, isPrivateOf, isSimple, unwrapped } from "./shape.ts";
import { TextWriter } from "./text-writer.ts";
import { BYTES } from "./unit.ts";

const HELPER = /^dure\$/;
const LETTERS = /^[\w$\u00aa-\u024f\u0370-\u03ff\u0400-\u04ff\u3040-\u30ff\u4e00-\u9fef\uac00-\ud7a3]+$/;

/** Writes assignments and the names that they are to. */
export abstract class AssignmentWriter extends TextWriter {
  protected abstract pattern(node: Node, isOutermost?: boolean): string;
  /** What a pattern takes apart, charged for what its rest copies. */
  protected abstract restSource(pattern: Node, source: Node): string;

  protected assignment(node: Node): string {
    const left = node["left"] as Node;
    const right = node["right"] as Node;
    const operator = (node["operator"] as string).slice(0, -1);
    if (left.type === "MemberExpression")
      this.unit.bytes += left["computed"] ? BYTES.computedWrite : BYTES.namedWrite;
    if (operator === "" && isAnyOf(left, "ArrayPattern", "ObjectPattern"))
      return `${this.pattern(left, true)}=${this.gap(left, right)}${this.restSource(left, right)}`;
    const target = unwrapped(left);
    const check = checkOf(target);
    const growing = !["+", "**"].includes(operator) && isNumber(right) ? undefined : GROWING[operator];
    const isPrivate = isPrivateOf(target);
    if (check === undefined && growing === undefined && !isKeyed(target) && !isPrivate)
      return this.inside(node);
    const { write, read, object } = this.#target(target);
    const operand = this.gap(left, right) + this.write(right);
    const value = operator === "" ? operand : applying(growing, read, operator, `(${operand})`);
    if (check !== undefined) return `${write}=${check}(${object},${value})`;
    if (isPrivate && growing === undefined) return `${write}${node["operator"]}dure$u(${operand})`;
    return growing === undefined ? `${write}${node["operator"]}${operand}` : `${write}=${value}`;
  }

  protected update(node: Node): string {
    const target = unwrapped(node["argument"] as Node);
    if (!isPrivateOf(target)) return this.inside(node);
    const object = target["object"] as Node;
    return this.between(node.start, node.end, [object], (child) => this.handing(child, "dure$v"));
  }

  /** An assignment's target as it is written, as it is read, and the object that it is a property of, each evaluated once. */
  #target(left: Node): { readonly write: string; readonly read: string; readonly object: string } {
    if (left.type !== "MemberExpression") {
      const name = this.write(left);
      return { write: name, read: name, object: "" };
    }
    const of = left["object"] as Node;
    const object = isPrivateOf(left) ? this.#once(of, "dure$v") : this.#once(of);
    // What is set as a property of super becomes one of this.
    const holder = of.type === "Super" ? "this" : object.again;
    const property = left["property"] as Node;
    if (left["computed"] !== true) {
      const name = this.name(property);
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
    const text = helper === "" ? this.write(node) : this.handing(node, helper);
    if (isSimple(node)) return { first: text, again: text };
    const name = this.temporary();
    // A statement may begin here, and must not begin with a bracket: the line before it may have no semicolon.
    return { first: `dure$i(${name}=${text})`, again: name };
  }

  protected name(node: Node): string {
    const name = node["name"] as string;
    if (HELPER.test(name)) this.refuse(`the name ${name} is reserved`, node);
    if (!LETTERS.test(name)) this.refuse(`the name ${name} has letters that not every engine knows`, node);
    return this.source.slice(node.start, node.end);
  }
}
