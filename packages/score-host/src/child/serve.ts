// The realm is locked down before any other module of this thread is evaluated.
import "./realm.ts";
import type { ScoreSource } from "../outcome.ts";
import type { Request, ValuesReply } from "../protocol.ts";
import { execute, type Parent, type Run } from "./block.ts";
import { type StateCache, stateCache } from "./cache.ts";
import { cut } from "./failure.ts";
import { loadScore, type Score, UnloadableScore } from "./load.ts";
import { readFrame, send } from "./pipe.ts";
import { blockRuns, genesisRuns, queryRun } from "./runs.ts";

const parent: Parent = {
  send,
  need: (keys) => {
    send({ type: "need", keys });
    return (readFrame() as ValuesReply).values;
  },
};

let scores: ReadonlyMap<string, Score> = new Map();
let cache: StateCache = stateCache(0);

const serve = (request: Request): void => {
  switch (request.type) {
    case "load": {
      const loaded = request.scores.map((source) => loadOrExit(source, request.named));
      scores = new Map(loaded.map((score) => [score.description.name, score]));
      cache = stateCache(request.cacheBytesMax);
      send({ type: "ready", scores: loaded.map((score) => score.description) });
      return;
    }
    case "block":
      // What a block changes in the SCOREs counts once its outcomes were taken: the parent loads them then.
      answer(
        request.height,
        blockRuns(request, new Map(scores)),
        request.careful || request.activations.length > 0,
      );
      return;
    case "genesis":
      answer(0, genesisRuns(request, scores), request.careful);
      return;
    case "query":
      cache.standAt(request.query.height);
      // A single call gains nothing from guessing.
      reply(execute([queryRun(request.query, scores)], cache, parent, true));
  }
};

const loadOrExit = (source: ScoreSource, named: boolean): Score => {
  try {
    return loadScore(source, named);
  } catch (error) {
    if (!(error instanceof UnloadableScore)) throw error;
    send({ type: "unloadable", score: source.name, message: cut(error.diagnostic) });
    return process.exit(1);
  }
};

const answer = (height: number, runs: readonly Run[], careful: boolean): void => {
  cache.standAt(height - 1);
  const executed = execute(runs, cache, parent, careful);
  if (executed.ok) cache.keepPending(height, executed.writes);
  reply(executed);
};

const reply = (executed: ReturnType<typeof execute>): void =>
  executed.ok
    ? send({ type: "outcomes", outcomes: executed.outcomes })
    : send({ type: "engine-limit", index: executed.index, message: executed.message });

for (;;) serve(readFrame() as Request);
