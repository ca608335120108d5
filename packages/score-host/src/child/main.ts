// The realm is locked down before any other module of this process is evaluated.
import "./realm.ts";
import type { Sender } from "@dure/score";
import type { ScoreSource } from "../outcome.ts";
import type { BlockRequest, GenesisRequest, QueryRequest, Request, ValuesReply } from "../protocol.ts";
import { execute, type Parent, type Run } from "./block.ts";
import { type StateCache, stateCache } from "./cache.ts";
import { cut } from "./failure.ts";
import { loadScore, type Score, UnloadableScore } from "./load.ts";
import { readFrame, send } from "./pipe.ts";
import { watchParent } from "./watchdog.ts";

const parent: Parent = {
  send,
  need: (keys) => {
    send({ type: "need", keys });
    return (readFrame() as ValuesReply).values;
  },
};

/** Whom `init` sees as its sender: nobody signs a genesis. */
const NOBODY: Sender = { id: "0".repeat(64), name: "genesis", organisation: "", roles: [], attributes: {} };
const NO_TRANSACTION = { id: "0".repeat(64), index: 0 };

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
      answer(request.height, blockRuns(request), request.careful);
      return;
    case "genesis":
      answer(0, genesisRuns(request), request.careful);
      return;
    case "query":
      cache.standAt(request.query.height);
      // A single call gains nothing from guessing.
      reply(execute([queryRun(request)], cache, parent, true));
  }
};

const loadOrExit = (source: ScoreSource, named: boolean): Score => {
  try {
    return loadScore(source, named);
  } catch (error) {
    if (!(error instanceof UnloadableScore)) throw error;
    send({ type: "unloadable", score: source.name, message: cut(error.message) });
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

const blockRuns = ({ height, timestampMs, senders, calls }: BlockRequest): Run[] =>
  calls.map(([index, txId, score, method, params, sender]) => ({
    score: scores.get(score),
    name: score,
    call: {
      kind: "invoke",
      method,
      params,
      sender: senders[sender]!,
      block: { height, timestampMs },
      transaction: { id: txId, index },
    },
  }));

const genesisRuns = ({ timestampMs, inits }: GenesisRequest): Run[] =>
  inits.map(({ score, params }) => ({
    score: scores.get(score),
    name: score,
    call: {
      kind: "init",
      method: "init",
      params,
      sender: NOBODY,
      block: { height: 0, timestampMs },
      transaction: NO_TRANSACTION,
    },
  }));

const queryRun = ({ query }: QueryRequest): Run => ({
  score: scores.get(query.score),
  name: query.score,
  call: {
    kind: "query",
    method: query.method,
    params: query.params,
    sender: query.sender,
    block: { height: query.height, timestampMs: query.timestampMs },
    transaction: NO_TRANSACTION,
  },
});

watchParent();
for (;;) serve(readFrame() as Request);
