import type { Node } from "./parse.ts";
import { isLiteral, isNumber } from "./shape.ts";

/** The helper that judges the result of an operation, or that carries it out (`call`). */
type Growing = { readonly helper: string; readonly call: boolean };

export const GROWING: Readonly<Record<string, Growing>> = {
  "+": { helper: "dure$p", call: false },
  "-": { helper: "dure$g", call: false },
  "*": { helper: "dure$g", call: false },
  "**": { helper: "dure$pow", call: true },
  "<<": { helper: "dure$shl", call: true },
  ">>": { helper: "dure$shr", call: true },
};

/** Whether comparing with it takes one step, whatever the other side is. */
export const isShort = (node: Node): boolean => isLiteral(node) || isNumber(node);

/** Whether a result may be larger than what it was made from: numbers never are. All powers are the helper's. */
export const canGrow = (operator: string, left: Node, right: Node): boolean =>
  operator === "**" ||
  (operator === "+" ? !(isNumber(left) && isNumber(right)) : !isNumber(left) && !isNumber(right));

/** An operation as it is written: by its helper, if it has one. */
export const applying = (
  growing: Growing | undefined,
  left: string,
  operator: string,
  right: string,
): string => {
  const made = `${left}${operator}${right}`;
  if (growing === undefined) return made;
  return growing.call ? `${growing.helper}(${left},${right})` : `${growing.helper}(${made})`;
};
