/** What a signed transaction's payload says. */
export type Payload = {
  /** Of the whole signed transaction, in bytes. */
  readonly bytes: number;
  /** The method called; undefined for data. */
  readonly method: string | undefined;
  /** The SCORE that the parameters name, where the transaction names none. */
  readonly score: string | undefined;
  /** The call's parameters, or the data; undefined for what is no JSON. */
  readonly value: unknown;
};

/** Version, scheme, channel id, sender, salt and expiry: what stands before the SCORE (specs/encoding.md). */
const HEAD_BYTES = 2 + 32 + 32 + 16 + 8;

const parse = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
};

/** Reads the payload out of a signed transaction in base64, to show it; what is checked is checked by its proof. */
export const readPayload = (base64: string): Payload => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const nothing = { bytes: bytes.length, method: undefined, score: undefined, value: undefined };
  if (bytes.length <= HEAD_BYTES) return nothing;
  const payloadAt = HEAD_BYTES + 1 + view.getUint8(HEAD_BYTES);
  if (bytes.length < payloadAt + 4) return nothing;
  const value = parse(bytes.subarray(payloadAt + 4, payloadAt + 4 + view.getUint32(payloadAt)));
  const call = value as { readonly method?: unknown; readonly params?: unknown } | null | undefined;
  if (typeof call !== "object" || typeof call?.method !== "string") return { ...nothing, value };
  const score = (call.params as { readonly score?: unknown } | null | undefined)?.score;
  return {
    bytes: bytes.length,
    method: call.method,
    score: typeof score === "string" ? score : undefined,
    value: call.params ?? {},
  };
};
