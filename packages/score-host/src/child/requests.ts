import type { ScoreSource } from "../outcome.ts";
import type { Reply, Request, ValuesReply } from "../protocol.ts";
import { execute, type Run } from "./block.ts";
import { type StateCache, stateCache } from "./cache.ts";
import { cut } from "./failure.ts";
import { loadScore, type Score, UnloadableScore } from "./load.ts";
import { blockRuns, genesisRuns, queryRun } from "./runs.ts";

/**
 * The child's end of what connects it to its parent. Both functions wait, and the child never returns to an event loop: a
 * state read can wait for its answer in the middle of a contract's method, and no promise callback of a contract ever
 * runs, since nothing drains them.
 */
export type Connection = {
  /** Waits for the next message. */
  readonly receive: () => unknown;
  readonly send: (message: Reply) => void;
};

/** Answers a parent's requests, one after another, for as long as it lives. */
export const answerRequests = ({ receive, send }: Connection): never => {
  let scores: ReadonlyMap<string, Score> = new Map();
  /** The text that each of them is of. */
  let texts: ReadonlyMap<string, ScoreSource> = new Map();
  let cache: StateCache = stateCache(0);

  const need = (keys: readonly string[]): ValuesReply["values"] => {
    send({ type: "need", keys });
    return (receive() as ValuesReply).values;
  };

  /** What is loaded of a text already. */
  const present = ({ name, version, source }: ScoreSource): Score | undefined => {
    const text = texts.get(name);
    return text?.version === version && text.source === source ? scores.get(name) : undefined;
  };

  const load = (sources: readonly ScoreSource[], named: boolean): Reply => {
    const loaded: Score[] = [];
    for (const source of sources)
      try {
        loaded.push(present(source) ?? loadScore(source, named));
      } catch (error) {
        if (!(error instanceof UnloadableScore)) throw error;
        const { diagnostic, trace } = error;
        return { type: "unloadable", score: source.name, message: cut(diagnostic), ...(trace && { trace }) };
      }
    scores = new Map(loaded.map((score) => [score.description.name, score]));
    texts = new Map(sources.map((source) => [source.name, source]));
    return { type: "ready", scores: loaded.map((score) => score.description) };
  };

  const run = (runs: readonly Run[], careful: boolean, height?: number): Reply => {
    const executed = execute(runs, cache, { need, send }, careful);
    if (!executed.ok) return { type: "engine-limit", index: executed.index, message: executed.message };
    if (height !== undefined) cache.keepPending(height, executed.writes);
    return { type: "outcomes", isLast: true, outcomes: executed.outcomes };
  };

  const answer = (request: Request): Reply => {
    switch (request.type) {
      case "load":
        cache = stateCache(request.cacheBytesMax);
        return load(request.scores, request.named);
      case "block": {
        const { height, careful, activations } = request;
        cache.standAt(height - 1);
        // What a block changes in the SCOREs counts once its outcomes were taken: the parent loads them then.
        return run(blockRuns(request, new Map(scores)), careful || activations.length > 0, height);
      }
      case "genesis":
        cache.standAt(-1);
        return run(genesisRuns(request, scores), request.careful, 0);
      case "query":
        cache.standAt(request.query.height);
        // A single call gains nothing from guessing.
        return run([queryRun(request.query, scores)], true);
    }
  };

  for (;;) send(answer(receive() as Request));
};
