/** Why something was refused: a stable code, and a sentence for people. */
export type Refused = { readonly ok: false; readonly code: string; readonly message: string };

/** The answer to an admission or a check. */
export type Verdict = { readonly ok: true } | Refused;

export const OK: Verdict = { ok: true };

export const refuse = (code: string, message: string): Refused => ({ ok: false, code, message });
