/** What the reader typed into the box. */
export type Draft = {
  readonly kind: "data" | "call";
  readonly value: string;
  readonly score: string;
  readonly method: string;
  readonly params: string;
};

/** What is wrong with it. */
export type DraftError = "notJson" | "notObject" | "noMethod";

/** What it says: JSON data, or a call of a SCORE's method (of the channel's default one where `score` is empty). */
export type Content =
  | { readonly kind: "data"; readonly value: unknown }
  | {
      readonly kind: "call";
      readonly score: string;
      readonly method: string;
      readonly params: Readonly<Record<string, unknown>>;
    };

const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

/** The content of a draft, or what is wrong with it. */
export const readDraft = (draft: Draft): Content | DraftError => {
  const parsed = parse(draft.kind === "data" ? draft.value : draft.params || "{}");
  if (parsed === undefined) return "notJson";
  const { value } = parsed;
  if (draft.kind === "data") return { kind: "data", value };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "notObject";
  const method = draft.method.trim();
  if (method === "") return "noMethod";
  return { kind: "call", score: draft.score, method, params: value as Record<string, unknown> };
};

/** The body of a v1 request that says the same; there `params.score` names the SCORE. */
export const v1Body = (content: Content): unknown => {
  if (content.kind === "data") return content.value;
  const { score, method, params } = content;
  return { jsonrpc: "2.0", method, params: score === "" ? params : { ...params, score } };
};
