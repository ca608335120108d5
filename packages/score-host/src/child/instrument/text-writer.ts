import type { Write } from "./class.ts";
import { childrenOf, type Node, SyntaxRefusal } from "./parse.ts";
import type { Scopes } from "./scope.ts";
import { type Unit, unit } from "./unit.ts";

/** Puts a text together from its own pieces and from nodes that are written anew. */
export abstract class TextWriter {
  protected readonly source: string;
  readonly #scopes: Scopes;
  /** The functions whose variables are written by others inside them, and the names of their flags. */
  readonly #flags: ReadonlyMap<Node, string>;
  #temporaries = 0;
  protected unit: Unit = unit();

  constructor(source: string, scopes: Scopes) {
    this.source = source;
    this.#scopes = scopes;
    const owners = [...new Set(scopes.written.values())];
    this.#flags = new Map(
      owners.map((owner, index) => [owner, owner.type === "Program" ? "true" : `dure$f${index}`]),
    );
  }

  /** Writes a node anew. */
  protected abstract write(node: Node): string;

  /** The statement that keeps the variables which functions inside have of these, and notes when they were made. */
  protected keeping(...nodes: readonly Node[]): string {
    const names = nodes.flatMap((node) => [...(this.#scopes.captured.get(node) ?? [])]);
    const flags = nodes.map((node) => this.#flags.get(node)).filter((flag) => flag?.startsWith("dure$"));
    const noted =
      flags.length === 0 ? "" : `const ${flags.map((flag) => `${flag}=dure$m.loading`).join(",")};`;
    const kept =
      names.length === 0 ? "" : `if(dure$m.loading)dure$y(${names.map((name) => `()=>${name}`).join(",")});`;
    return noted + kept;
  }

  /** A write, guarded if it is to variables of other functions: those that the module made may not change. */
  protected guarded(targets: readonly Node[], text: string): string {
    const flags = new Set(
      targets.flatMap((target) => this.#flags.get(this.#scopes.written.get(target) as Node) ?? []),
    );
    return flags.size === 0 ? text : `dure$w(${[...flags].join("||")},${text})`;
  }

  /** Returns the text from one position to another with the nodes in it written anew. */
  protected between(
    start: number,
    end: number,
    nodes: readonly Node[],
    write: Write = (node) => this.write(node),
  ): string {
    let text = "";
    let at = start;
    for (const node of nodes) {
      text += this.source.slice(at, node.start) + write(node);
      at = node.end;
    }
    return text + this.source.slice(at, end);
  }

  /** The node with its children written as is said. */
  protected of(node: Node, write: Write): string {
    return this.between(node.start, node.end, childrenOf(node), write);
  }

  protected inside(node: Node): string {
    return this.between(node.start, node.end, childrenOf(node));
  }

  protected handing(node: Node, helper: string): string {
    return `${helper}(${this.write(node)})`;
  }

  /** A node whose first statement stands behind another that is added. */
  protected first(
    node: Node,
    statements: readonly Node[],
    added: string,
    before: readonly Node[] = [],
  ): string {
    return this.between(node.start, node.end, [...before, ...statements], (child) =>
      child === statements[0] ? added + this.write(child) : this.write(child),
    );
  }

  /** The ends of lines between two nodes, which stay where they are. */
  protected gap(before: Node, after: Node): string {
    return this.source.slice(before.end, after.start).replace(/[^\n]/g, "");
  }

  /** Writes under another unit, and returns what was written. */
  protected under(cost: Unit, write: () => string): string {
    const outer = this.unit;
    this.unit = cost;
    try {
      return write();
    } finally {
      this.unit = outer;
    }
  }

  /** Returns a name that nothing else has; `isDeclared`: as a variable of the function that is being written. */
  protected temporary(isDeclared = true): string {
    this.#temporaries++;
    const name = `dure$${this.#temporaries}`;
    if (isDeclared) this.unit.temporaries.push(name);
    return name;
  }

  protected refuse(reason: string, node: Node): never {
    throw new SyntaxRefusal(reason, this.source, node.start);
  }
}
