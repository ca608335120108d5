import type { ContractDescription } from "@dure/score";
import { ScoreHostError } from "./error.ts";
import { executeHalting } from "./halting.ts";
import { type KeeperEvent, keeper } from "./keeper.ts";
import { detectContainment, type Layers } from "./layers.ts";
import { DEFAULTS, type ScoreHostLimits } from "./limits.ts";
import type {
  Block,
  Executed,
  Genesis,
  Outcome,
  QueryCall,
  QueryOutcome,
  Read,
  ScoreSource,
} from "./outcome.ts";
import { askQuery } from "./query.ts";
import { queue } from "./queue.ts";
import { scoresAfter } from "./scores-after.ts";
import { type Spawn, spawnWithin } from "./spawn.ts";

export type ScoreHostEvent =
  | KeeperEvent
  /** A block's attempt failed and, unless it was the last, another follows. */
  | {
      readonly type: "attempt-failed";
      readonly height: number;
      readonly attempt: number;
      readonly message: string;
    }
  | { readonly type: "halted"; readonly error: ScoreHostError }
  | {
      readonly type: "query-failed";
      readonly score: string;
      readonly method: string;
      readonly message: string;
    };

export type ScoreHostOptions = {
  readonly scores: readonly ScoreSource[];
  readonly limits?: ScoreHostLimits;
  readonly onEvent?: (event: ScoreHostEvent) => void;
  /** Starts the sandbox processes; another Node.js than this one only where releases are compared. */
  readonly spawn?: Spawn;
};

export type ScoreHostStatus = {
  readonly state: "ready" | "executing" | "halted" | "closed";
  /** The processes for blocks and for queries; undefined while there is none. */
  readonly pid: number | undefined;
  readonly queryPid: number | undefined;
  /** How many processes were started after the first of each kind. */
  readonly restarts: number;
  readonly scores: readonly ContractDescription[];
  /** What holds the process for blocks from outside, as far as this machine has it; undefined while there is none. */
  readonly layers: Layers | undefined;
  readonly lastError: string | undefined;
};

export type ScoreHost = {
  /**
   * Executes a block's activations and calls in order and returns their outcomes. `read` gives the state after
   * the block before. Blocks queue up. Nothing is stored: the ledger applies the writes. What the activations that stood
   * made of the SCOREs holds from the next block and query on. What is suspended is not loaded from then on either.
   *
   * @throws ScoreHostError EXECUTION_HALTED (docs/score.md says when), STATE_READ_FAILED, HOST_CLOSED. Nothing of the
   * block counts then, and it may be executed again.
   */
  execute(block: Block, read: Read): Promise<Executed>;
  /** Runs each SCORE's `init` over an empty state, at height 0. The same errors. */
  executeGenesis(genesis: {
    readonly inits: readonly Genesis[];
    readonly timestampMs: number;
    readonly organisations: readonly string[];
  }): Promise<readonly Outcome[]>;
  /**
   * Answers a query in a process apart from the one for blocks. `read` gives the state after the query's
   * height, the same one for all of the query's reads.
   *
   * @throws ScoreHostError QUERY_OVERLOADED, STATE_READ_FAILED, SANDBOX_START_FAILED, HOST_CLOSED
   */
  query(call: QueryCall, read: Read): Promise<QueryOutcome>;
  status(): ScoreHostStatus;
  /** Finishes what was asked for and ends the processes. */
  close(): Promise<void>;
};

/**
 * Starts the sandbox of a channel's SCOREs and returns it, ready.
 *
 * @throws ScoreHostError CONTRACT_INVALID if a SCORE does not load, SANDBOX_START_FAILED
 */
export const createScoreHost = async (options: ScoreHostOptions): Promise<ScoreHost> => {
  const limits = { ...DEFAULTS, ...options.limits };
  const onEvent = options.onEvent ?? (() => {});
  let scores = options.scores;
  const spawn = options.spawn ?? spawnWithin(detectContainment());
  const sandboxOptions = () => ({
    scores,
    memoryMb: limits.memoryMb,
    cacheBytesMax: limits.cacheBytesMax,
    spawn,
  });
  let loaded: readonly ContractDescription[] = [];
  const blocks = keeper("blocks", sandboxOptions, onEvent, (descriptions) => {
    loaded = descriptions;
  });
  const queries = keeper("queries", sandboxOptions, onEvent);
  const blockQueue = queue();
  const queryQueue = queue();
  let closed = false;
  let halted: ScoreHostError | undefined;

  const open = (): void => {
    if (closed) throw new ScoreHostError("HOST_CLOSED", "this score host was closed; create another");
  };
  /** What a block made of the SCOREs holds in both processes from then on. */
  const renew = async (block: Block, { activations }: Executed): Promise<void> => {
    const changed = scoresAfter(scores, block, activations);
    if (changed === scores) return;
    scores = changed;
    await blocks.renew();
    // After the queries that wait, which no block waits for: those of later heights come after it.
    void queryQueue.run(() => queries.renew());
  };
  const executeOpen = (request: Parameters<typeof executeHalting>[0], read: Read) =>
    blockQueue.run(async () => {
      try {
        const executed = await executeHalting(request, read, { sandbox: blocks.sandbox, limits, onEvent });
        halted = undefined;
        if (request.type === "block") await renew(request, executed);
        return executed;
      } catch (error) {
        if (error instanceof ScoreHostError && error.code === "EXECUTION_HALTED") {
          halted = error;
          onEvent({ type: "halted", error });
        }
        throw error;
      }
    });

  await blocks.sandbox();
  return {
    async execute(block, read) {
      open();
      return executeOpen({ type: "block", ...block }, read);
    },
    async executeGenesis(genesis) {
      open();
      const executed = await executeOpen({ type: "genesis", height: 0, ...genesis }, (keys) =>
        keys.map(() => undefined),
      );
      return executed.calls;
    },
    async query(call, read) {
      open();
      if (queryQueue.length() >= limits.queriesMax)
        throw new ScoreHostError(
          "QUERY_OVERLOADED",
          `${limits.queriesMax} queries wait already; ask again later`,
        );
      return queryQueue.run(() => askQuery(call, read, { sandbox: queries.sandbox, limits, onEvent }));
    },
    status: () => ({
      state: closed ? "closed" : blockQueue.length() > 0 ? "executing" : halted ? "halted" : "ready",
      pid: blocks.pid(),
      queryPid: queries.pid(),
      restarts: Math.max(0, blocks.starts() - 1) + Math.max(0, queries.starts() - 1),
      scores: loaded,
      layers: blocks.layers(),
      lastError: halted?.message,
    }),
    async close() {
      closed = true;
      await Promise.all([blockQueue.idle(), queryQueue.idle()]);
      await Promise.all([blocks.close(), queries.close()]);
    },
  };
};
