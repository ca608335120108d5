import { whole } from "../parameter.ts";

/** How long a request may wait for what it asks for. */
const WAIT_MS_MAX = 30_000;

export const waitMs = whole("milliseconds to wait for what is not there yet", {
  min: 0,
  max: WAIT_MS_MAX,
  otherwise: 10_000,
});

/** Items of one page. */
export const limit = whole("items of a page", { min: 1, max: 100, otherwise: 20 });
