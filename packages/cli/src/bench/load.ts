import type { Submitted } from "@dure/client";
import { pause } from "../pause.ts";

/** How a load is put on: so many transactions in flight at any time, or so many submitted each second. */
export type LoadShape =
  | { readonly kind: "closed"; readonly concurrency: number; readonly batch: number }
  | { readonly kind: "open"; readonly ratePerSecond: number; readonly batch: number };

/** What became of the transactions of a load, and how long each executed one took, in milliseconds. */
export type Outcome = {
  readonly latenciesMs: number[];
  submitted: number;
  executed: number;
  /** Refused by a peer or by the SCORE. */
  refused: number;
  /** Accepted but not executed while the peer waited, or of a request that failed. */
  lost: number;
  /** The first reason for a refusal or failure. */
  reason: string | undefined;
};

/** Submits so many transactions in one request and gives each one's answer. `turn` counts the requests. */
export type Submit = (count: number, turn: number) => Promise<readonly Submitted[]>;

/** In an open load, more than this in flight means that the network cannot keep up: the rest is not submitted. */
const IN_FLIGHT_MAX = 10_000;
const TICK_MS = 5;

const note = (outcome: Outcome, answers: readonly Submitted[], latencyMs: number): void => {
  for (const { status, receipt, code, message } of answers) {
    if (status === "executed" && receipt?.code === 0) {
      outcome.executed += 1;
      outcome.latenciesMs.push(latencyMs);
    } else if (status === "refused" || (receipt !== undefined && receipt.code !== 0)) {
      outcome.refused += 1;
      outcome.reason ??= `${code ?? receipt?.code}: ${message ?? receipt?.message}`;
    } else outcome.lost += 1;
  }
};

/**
 * Puts a load on for a while and waits for what is in flight. In an open load, latency counts from the moment at which
 * a transaction was due, so that a slow network cannot hide by slowing its clients.
 */
export const putOn = async (
  shape: LoadShape,
  durationMs: number,
  submit: Submit,
): Promise<{ readonly outcome: Outcome; readonly tookMs: number }> => {
  const outcome: Outcome = {
    latenciesMs: [],
    submitted: 0,
    executed: 0,
    refused: 0,
    lost: 0,
    reason: undefined,
  };
  const startMs = performance.now();
  const untilMs = startMs + durationMs;
  let turn = 0;

  const sendOne = async (count: number, dueMs?: number): Promise<void> => {
    outcome.submitted += count;
    try {
      const answering = submit(count, turn++);
      const fromMs = dueMs ?? performance.now();
      note(outcome, await answering, performance.now() - fromMs);
    } catch (error) {
      outcome.lost += count;
      outcome.reason ??= error instanceof Error ? error.message : String(error);
      // A peer that refuses at once must not be asked in a tight loop.
      await pause(100, new AbortController().signal);
    }
  };

  if (shape.kind === "closed") {
    const batch = Math.min(shape.batch, shape.concurrency);
    const loop = async (): Promise<void> => {
      while (performance.now() < untilMs) await sendOne(batch);
    };
    await Promise.all(Array.from({ length: Math.ceil(shape.concurrency / batch) }, loop));
  } else {
    const running = new Set<Promise<void>>();
    let inFlight = 0;
    let due = 0;
    for (let nowMs = startMs; nowMs < untilMs; nowMs = performance.now()) {
      const wanted = Math.floor(((nowMs - startMs) * shape.ratePerSecond) / 1_000);
      while (due < wanted && inFlight < IN_FLIGHT_MAX) {
        const count = Math.min(shape.batch, wanted - due);
        const dueMs = startMs + (due * 1_000) / shape.ratePerSecond;
        due += count;
        inFlight += count;
        const sending: Promise<void> = sendOne(count, dueMs).finally(() => {
          inFlight -= count;
          running.delete(sending);
        });
        running.add(sending);
      }
      await pause(TICK_MS, new AbortController().signal);
    }
    await Promise.all(running);
  }
  return { outcome, tookMs: performance.now() - startMs };
};
