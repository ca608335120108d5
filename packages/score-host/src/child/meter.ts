/** Characters that a text made by a native may have. */
export const TEXT_CHARS_MAX = 1 << 20;

/** What the running call has left. Host code runs with it suspended. */
export class Exhausted extends Error {
  override readonly name = "Exhausted";
}

export const meter = { steps: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER, depth: 0 };

/** Charges steps. @throws Exhausted, then and at every later charge of the same call. */
export const charge = (steps: number): void => {
  meter.steps -= steps;
  if (meter.steps < 0) throw new Exhausted("the call has no steps left");
};

/** Charges memory. @throws Exhausted likewise. */
export const allocate = (bytes: number): void => {
  meter.bytes -= bytes;
  if (meter.bytes < 0) throw new Exhausted("the call has no memory left");
};

/** Returns a text made by a native, charged by its length. @throws Exhausted beyond TEXT_CHARS_MAX */
export const bounded = (text: string): string => {
  if (text.length > TEXT_CHARS_MAX) {
    meter.steps = -1;
    throw new Exhausted(`a text has at most ${TEXT_CHARS_MAX} characters`);
  }
  charge(1 + (text.length >>> 3));
  allocate(2 * text.length);
  return text;
};
