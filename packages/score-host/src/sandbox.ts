import type { ContractDescription } from "@dure/score";
import type { Carrier } from "./carrier.ts";
import { ScoreHostError } from "./error.ts";
import type { Layers } from "./layers.ts";
import type { Read, ScoreSource } from "./outcome.ts";
import type { Reply, Request } from "./protocol.ts";
import { type Spawn, spawnSandbox } from "./spawn.ts";
import type { WireOutcome, WireValue } from "./wire-outcomes.ts";

/** How a sandbox process ended: past its deadline, by itself or another's hand, or for a bad message. */
export type DeathReason = "deadline" | "died" | "malformed" | "closed";

/** Rejects a request whose process died of it or during it. */
export class SandboxDied extends Error {
  override readonly name = "SandboxDied";
  readonly reason: DeathReason;

  constructor(reason: DeathReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type SandboxOptions = {
  readonly scores: readonly ScoreSource[];
  readonly memoryMb: number;
  readonly cacheBytesMax: number;
  /** Whether the sources must be of the names and versions given with them. Default true. */
  readonly named?: boolean;
  /** Starts what carries the program. Default: a process of this Node.js, as peers have it. */
  readonly spawn?: Spawn;
};

/** What closes a request: its closing message, and with the last outcomes all those before them. */
export type Closing =
  | Exclude<Reply, { type: "need" } | { type: "started" } | { type: "outcomes" }>
  | { readonly type: "outcomes"; readonly outcomes: readonly WireOutcome[] };

export type Serving = {
  readonly read: Read;
  /** How long the process itself may compute; the time of `read` does not count. */
  readonly deadlineMs: number;
  readonly onStarted?: (index: number) => void;
};

/** A source text that is no contract. The trace is empty unless errors are traced. */
export class Unloadable extends ScoreHostError {
  readonly trace: string;

  constructor(message: string, trace = "") {
    super("CONTRACT_INVALID", message);
    this.trace = trace;
  }
}

/** The heap of a process that does no more than look at a contract, in MB. */
const DESCRIBING_MB = 128;
const START_DEADLINE_MS = 30_000;
const CLOSE_PATIENCE_MS = 1_000;

/** One sandbox process, or the thread in its place, from start to death. It serves one request at a time. */
export class Sandbox {
  readonly pid: number;
  readonly layers: Layers;
  /** Settles when the process is known to be lost, with what happened, and when it is really gone. */
  readonly dead: Promise<string>;
  readonly exited: Promise<void>;
  readonly #carrier: Carrier;
  #tellDead: (message: string) => void = () => {};
  #dead: SandboxDied | undefined;
  #receive: ((reply: Reply) => void) | undefined;
  #fail: ((error: unknown) => void) | undefined;

  private constructor(carrier: Carrier) {
    this.#carrier = carrier;
    this.dead = new Promise((resolve) => {
      this.#tellDead = resolve;
    });
    this.pid = carrier.pid;
    this.layers = carrier.layers;
    this.exited = new Promise((resolve) => {
      carrier.listen({
        onReply: (reply) => this.#take(reply),
        onEnd: (message) => {
          this.#die("died", message);
          resolve();
        },
      });
    });
  }

  /**
   * Starts a process and loads the SCOREs into it.
   *
   * @returns the sandbox and what it loaded
   * @throws ScoreHostError CONTRACT_INVALID, SANDBOX_START_FAILED
   */
  static async start(
    options: SandboxOptions,
  ): Promise<{ sandbox: Sandbox; scores: readonly ContractDescription[] }> {
    const sandbox = new Sandbox((options.spawn ?? spawnSandbox)(options.memoryMb));
    try {
      return { sandbox, scores: await sandbox.load(options) };
    } catch (error) {
      if (error instanceof Unloadable) {
        await sandbox.close();
        throw error;
      }
      sandbox.kill("closed");
      throw new ScoreHostError(
        "SANDBOX_START_FAILED",
        `the sandbox process could not be started; check memory and the installation. ${(error as Error).message}`,
        { cause: error },
      );
    }
  }

  /**
   * Has the process run these SCOREs and no others, and returns what they are. Those that it has are kept as they are.
   *
   * @throws ScoreHostError CONTRACT_INVALID; SandboxDied
   */
  async load({
    scores,
    cacheBytesMax,
    named = true,
  }: SandboxOptions): Promise<readonly ContractDescription[]> {
    const serving = { read: () => [], deadlineMs: START_DEADLINE_MS };
    const reply = await this.request({ type: "load", scores, named, cacheBytesMax }, serving);
    if (reply.type === "ready") return reply.scores;
    if (reply.type === "unloadable")
      throw new Unloadable(
        `the SCORE${named ? ` ${reply.score}` : ""} does not load: ${reply.message}`,
        reply.trace,
      );
    throw new SandboxDied("malformed", `the sandbox process answered its start with ${reply.type}`);
  }

  /** Returns what a source text is, by loading it in a carrier of its own. @throws as start does */
  static async describe(source: string, spawn: Spawn): Promise<ContractDescription> {
    const scores = [{ name: "", version: "", source }];
    const options = { scores, named: false, memoryMb: DESCRIBING_MB, cacheBytesMax: 0, spawn };
    const started = await Sandbox.start(options);
    await started.sandbox.close();
    return started.scores[0]!;
  }

  /**
   * Sends a request and returns its closing message, answering state reads on the way.
   *
   * @throws SandboxDied if the process ended, was too slow or sent nonsense; it is dead then
   * @throws ScoreHostError STATE_READ_FAILED if `read` failed; the process is ended then, too
   */
  request(request: Request, serving: Serving): Promise<Closing> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    return new Promise<Closing>((resolve, reject) => {
      const outcomes: WireOutcome[] = [];
      let leftMs = serving.deadlineMs;
      let sinceMs = 0;
      let timer: NodeJS.Timeout | undefined;
      const run = (message: unknown): void => {
        sinceMs = performance.now();
        timer = setTimeout(
          () => this.kill("deadline", `no answer within ${serving.deadlineMs} ms of computing`),
          leftMs,
        );
        this.#carrier.send(message);
      };
      const pause = (): void => {
        clearTimeout(timer);
        leftMs = Math.max(1, leftMs - (performance.now() - sinceMs));
      };
      const finish = (): void => {
        clearTimeout(timer);
        this.#receive = undefined;
        this.#fail = undefined;
      };
      this.#fail = (error) => {
        finish();
        reject(error);
      };
      this.#receive = (reply) => {
        if (reply.type === "started") {
          serving.onStarted?.(reply.index);
          return;
        }
        if (reply.type === "outcomes") {
          for (const outcome of reply.outcomes) outcomes.push(outcome);
          if (outcomes.length > outcomesMax(request))
            this.kill("malformed", "the sandbox process sent more outcomes than there are calls");
          else if (reply.isLast) {
            finish();
            resolve({ type: "outcomes", outcomes });
          }
          return;
        }
        if (reply.type !== "need") {
          finish();
          resolve(reply);
          return;
        }
        pause();
        answerReads(reply.keys, serving.read)
          .then((values) => {
            if (this.#dead === undefined) run({ type: "values", values });
          })
          .catch((error: unknown) => {
            this.#fail?.(error);
            this.kill("closed");
          });
      };
      run(request);
    });
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Ends the process now. A request that is under way is rejected. */
  kill(reason: DeathReason, message = "the sandbox process was ended"): void {
    this.#carrier.kill();
    this.#die(reason, message);
  }

  /** Lets the process end by itself, and ends it if it does not. */
  async close(): Promise<void> {
    this.#carrier.end();
    const timer = setTimeout(() => this.kill("closed"), CLOSE_PATIENCE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  #take(reply: Reply | undefined): void {
    if (this.#dead !== undefined) return;
    if (reply === undefined || this.#receive === undefined)
      this.kill("malformed", "the sandbox process sent a malformed or unasked message");
    else this.#receive(reply);
  }

  #die(reason: DeathReason, message: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = new SandboxDied(reason, message);
    this.#tellDead(message);
    this.#fail?.(this.#dead);
  }
}

const outcomesMax = (request: Request): number => {
  if (request.type === "block") return request.activations.length + request.calls.length;
  return request.type === "genesis" ? request.inits.length : 1;
};

const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** How many values are read at once, and after how many bytes the rest waits for the next question. */
const READ_AT_ONCE = 64;
const ANSWER_BYTES = 4 * 1024 * 1024;

/** Returns the values of the first of these keys: of one at least, of all unless they are large. */
const answerReads = async (keys: readonly string[], read: Read): Promise<readonly WireValue[]> => {
  try {
    const answered: WireValue[] = [];
    for (let bytes = 0; answered.length < keys.length && bytes < ANSWER_BYTES; ) {
      const asked = keys.slice(answered.length, answered.length + READ_AT_ONCE);
      const values = await read(asked.map((key) => Buffer.from(key, "utf8")));
      if (values.length !== asked.length) throw new Error(`${values.length} values for ${asked.length} keys`);
      for (const value of values) {
        answered.push(value === undefined ? null : UTF8.decode(value));
        bytes += value?.length ?? 0;
      }
    }
    return answered;
  } catch (cause) {
    throw new ScoreHostError("STATE_READ_FAILED", "the ledger could not answer a state read; see the cause", {
      cause,
    });
  }
};
