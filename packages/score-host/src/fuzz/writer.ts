import { nativeForm } from "./natives.ts";
import { OBJECTS } from "./objects.ts";
import type { Random } from "./random.ts";
import { SCALARS } from "./scalars.ts";
import { SDK_KINDS, SDK_STATEMENTS } from "./sdk-statements.ts";
import { HEAVY, STATEMENT_KINDS, STATEMENTS } from "./statements.ts";

export type WriterOptions = {
  readonly random: Random;
  /** The SCOREs and their methods that a contract may name, as texts in quotes. */
  readonly scores: readonly string[];
  readonly methods: readonly string[];
  readonly questions: readonly string[];
  readonly hasSdk: boolean;
};

/** Writes statements and expressions by chance. */
export type Writer = {
  /** Statements that share their variables. `isQuiet`: they neither write nor emit. */
  statements(count: number, isQuiet?: boolean): string;
  heavy(): string;
  expression(kind: string): string;
};

/** Names of kinds are longer than those of groups in regular expressions, which look alike. */
const HOLE = /<(new:)?([a-z]{3,}|\d)>/g;
const DECLARING = /^(const|let|class|function) /;
const EFFECTS = /ctx\.(state\.(set|delete)|emit|call)|\.set\(<(value|orderkey)|refuse\(|append|add\(|next\(/;
const DEPTH_MAX = 3;
/** In a hundred: how often a variable stands for its kind, and any value for one of a kind. */
const VARIABLE_SHARE = 35;
const ODD_SHARE = 4;

/** Kinds that stand for a part of a name, and nothing else can. */
const PARTS: ReadonlySet<string> = new Set(["mathfunction", "datepart", "method"]);

const isLeaf = (form: string): boolean => !/<[a-z]{3,}>/.test(form);

export const createWriter = ({ random, scores, methods, questions, hasSdk }: WriterOptions): Writer => {
  const forms: Readonly<Record<string, readonly string[]>> = {
    ...SCALARS,
    ...OBJECTS,
    ...STATEMENT_KINDS,
    ...SDK_KINDS,
    score: scores,
    method: methods,
    question: questions,
  };
  const leaves = Object.fromEntries(
    Object.entries(forms).map(([kind, all]) => [kind, all.filter(isLeaf)]),
  ) as Readonly<Record<string, readonly string[]>>;
  const all = hasSdk ? [...STATEMENTS, ...SDK_STATEMENTS, ...SDK_STATEMENTS] : STATEMENTS;
  const quiet = all.filter((form) => !EFFECTS.test(form));
  const scopes: { readonly kind: string; readonly name: string }[][] = [[]];
  let names = 0;

  const inScope = <T>(write: () => T): T => {
    scopes.push([]);
    const written = write();
    scopes.pop();
    return written;
  };

  const variable = (kind: string): string | undefined => {
    const known = scopes
      .flat()
      .filter((each) => each.kind === kind || (kind === "any" && each.kind !== "label"));
    return known.length === 0 ? undefined : random.pick(known).name;
  };

  const expression = (kind: string, depth: number): string => {
    if (kind === "native") return fill(depth > 0 ? nativeForm(random) : "null", depth);
    const name = random.percent(VARIABLE_SHARE) ? variable(kind) : undefined;
    if (name !== undefined) return name;
    const asked = depth > 0 && !PARTS.has(kind) && random.percent(ODD_SHARE) ? "any" : kind;
    const terminal = leaves[asked] as readonly string[];
    const isGrowing = depth > 0 || terminal.length === 0;
    return fill(random.pick(isGrowing ? (forms[asked] as readonly string[]) : terminal), depth);
  };

  /** The form with its holes filled, in brackets unless it is a name. */
  const fill = (form: string, depth: number): string => {
    const text = form.replace(HOLE, (_, _new, kind: string) =>
      kind === "body" || kind === "statement"
        ? inScope(() => statement(depth - 1, quiet))
        : expression(kind, depth - 1),
    );
    return /^[A-Za-z_$][\w$]*$/.test(text) ? text : `(${text})`;
  };

  const statement = (depth: number, from: readonly string[]): string => {
    if (depth <= 0) return "tally++;";
    return write(random.pick(from), depth, from);
  };

  const write = (form: string, depth: number, from: readonly string[]): string => {
    const made: string[] = [];
    const isLocal = !DECLARING.test(form);
    const fillHoles = (): string =>
      form.replace(HOLE, (_, isNew: string | undefined, kind: string) => {
        if (/\d/.test(kind)) return made[Number(kind) - 1] as string;
        if (kind === "body")
          return inScope(() =>
            Array.from({ length: 1 + random.below(2) }, () => statement(depth - 1, from)).join(" "),
          );
        if (kind === "statement") return `{ ${inScope(() => statement(depth - 1, from))} }`;
        if (isNew === undefined) return expression(kind, depth - 1);
        const name = `v${names++}`;
        made.push(name);
        (scopes.at(-1) as { kind: string; name: string }[]).push({ kind, name });
        return name;
      });
    return isLocal ? inScope(fillHoles) : fillHoles();
  };

  return {
    statements: (count, isQuiet = false) =>
      inScope(() =>
        Array.from({ length: count }, () => {
          const from = isQuiet && !random.percent(5) ? quiet : all;
          return write(random.pick(from), DEPTH_MAX, from);
        }).join("\n      "),
      ),
    heavy: () => inScope(() => write(random.pick(HEAVY), DEPTH_MAX, all)),
    expression: (kind) => expression(kind, DEPTH_MAX),
  };
};
