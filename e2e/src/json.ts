/** JSON over HTTP, as any client speaks it. */
export type Json = Readonly<Record<string, unknown>>;

/** A property that is an object, or an empty one. */
export const objectIn = (value: Json, name: string): Json => (value[name] ?? {}) as Json;

const read = async (response: Response): Promise<Json> => (await response.json()) as Json;

const TIMEOUT_MS = 35_000;

/** The answer's JSON, whatever its HTTP status. Throws if nobody answers. */
export const getJson = async (url: string): Promise<Json> =>
  read(await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) }));

/** Posts a body, a value as JSON and a text as it is; returns the HTTP status and the answer's JSON. */
export const postJson = async (
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly answer: Json }> => {
  const response = await fetch(url, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, answer: await read(response) };
};
