/** The answer to an admission or a check: stable codes, and a sentence for people. */
export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly message: string };

export const OK: Verdict = { ok: true };

export const refuse = (code: string, message: string): Verdict => ({ ok: false, code, message });
