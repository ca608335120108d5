import type { PositionView } from "../../channel/view.ts";
import { frame } from "./piece.ts";

/** Between two `consensus` events at least. */
const CONSENSUS_MS = 100;

/** Where consensus stands, for a reader that wants to see it move. */
export type Watch = {
  /** The event that is due now; empty if nothing has moved since the last, or that was just now. */
  readonly look: () => string;
  /** How long to wait before the next look, in milliseconds; Infinity if nothing has moved. */
  readonly dueMs: () => number;
};

export const createWatch = (position: () => PositionView, now: () => number): Watch => {
  let last = "";
  let lastAtMs = Number.NEGATIVE_INFINITY;
  const current = (): string => {
    const { view, leaderId, height, executedHeight } = position();
    return frame("consensus", JSON.stringify({ view, leaderId, height, executedHeight }));
  };
  const leftMs = (): number => lastAtMs + CONSENSUS_MS - now();
  return {
    look: () => {
      const next = leftMs() > 0 ? last : current();
      if (next === last) return "";
      last = next;
      lastAtMs = now();
      return next;
    },
    dueMs: () => (current() === last ? Number.POSITIVE_INFINITY : Math.max(1, Math.ceil(leftMs()))),
  };
};

/** Of a reader that does not. */
export const NO_WATCH: Watch = { look: () => "", dueMs: () => Number.POSITIVE_INFINITY };
