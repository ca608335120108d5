import type { ConsensusAnswer, StatusAnswer } from "../answers.ts";
import { ask, askOne } from "../peers/ask.ts";
import type { KnownPeer } from "../peers/list.ts";
import type { Directory } from "./directory.ts";
import { pause } from "./pause.ts";
import type { State } from "./state.ts";

const ROUND_MS = 2_000;
const STATUS_TIMEOUT_MS = 2_500;
/** How soon it looks again whether the first view stands, before which it asks nobody. */
const FIRST_MS = 100;
/** The RadioStation is asked anew once in so many rounds. */
const LEARN_ROUNDS = 15;
/** How many peers a round asks, in turn: a page must not weigh on a network of hundreds. */
const ASKED_MAX = 16;

/**
 * Asks the peers in turn how they are, every two seconds, and one of them about consensus, until the signal is given.
 * `doubt` is told of each that gives no answer. A page in the background asks nobody.
 */
export const watchPeers = async (
  state: State,
  directory: Directory,
  doubt: (url: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  const askStatus = async ({ url }: KnownPeer): Promise<void> => {
    const options = { timeoutMs: STATUS_TIMEOUT_MS, signal };
    try {
      directory.heard(url, await askOne<StatusAnswer>(url, "/api/v2/status", options));
    } catch {
      if (signal.aborted) return;
      directory.heard(url, "silent");
      doubt(url);
    }
  };
  const askConsensus = async (): Promise<void> => {
    try {
      const { answer } = await ask<ConsensusAnswer>(directory.pool, "/api/v2/consensus", { signal });
      // The stream may have told of a later view than this peer knows: the lead never goes back.
      const { view = 0, leaderId = answer.leaderId } = state.consensus.get() ?? {};
      state.consensus.set(answer.view >= view ? answer : { ...answer, view, leaderId });
    } catch {
      // The last answer stands; that nobody answers is told by the link.
    }
  };
  let turn = 0;
  for (let round = 1; !signal.aborted; round++) {
    const isLooking = state.link.get().phase === "looking";
    if (!document.hidden && !isLooking) {
      if (round % LEARN_ROUNDS === 0) await directory.learn();
      const known = directory.known();
      const first = turn;
      const asked = known.slice(0, ASKED_MAX).flatMap((_, at) => known[(first + at) % known.length] ?? []);
      turn += asked.length;
      await Promise.all([...asked.map(askStatus), askConsensus()]);
      directory.show();
    }
    await pause(isLooking ? FIRST_MS : ROUND_MS, signal);
  }
};
