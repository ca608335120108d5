/** The answer is longer than anything that a peer has to say. */
export class TooLong extends Error {}

/**
 * The text of a response, read piece by piece up to a bound: a peer that never stops talking costs no more than that.
 * Rejects with TooLong, or with what ended the connection.
 */
export const readBody = async (response: Response, bytesMax: number): Promise<string> => {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      length += value.length;
      if (length > bytesMax) throw new TooLong(`the answer is longer than ${bytesMax} bytes`);
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
};
