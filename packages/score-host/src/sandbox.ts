import type { ChildProcessWithoutNullStreams } from "node:child_process";
import type { ContractDescription } from "@dure/score";
import { ScoreHostError } from "./error.ts";
import { encodeFrame, frameReader } from "./frame.ts";
import type { Read, ScoreSource } from "./outcome.ts";
import { parseReply, type Reply, type Request, type WireValue } from "./protocol.ts";
import { type Spawn, spawnSandbox } from "./spawn.ts";

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
  /** Starts the process; another program only in tests of how a bad one is met. */
  readonly spawn?: Spawn;
};

/** The closing message of a request. */
export type Closing = Exclude<Reply, { type: "need" } | { type: "started" }>;

export type Serving = {
  readonly read: Read;
  /** How long the process itself may compute; the time of `read` does not count. */
  readonly deadlineMs: number;
  readonly onStarted?: (index: number) => void;
};

/** How much of a dying process's last words is kept. */
const STDERR_BYTES_MAX = 8 * 1024;
const START_DEADLINE_MS = 30_000;
const CLOSE_PATIENCE_MS = 1_000;

/** One sandbox process, from start to death. It serves one request at a time. */
export class Sandbox {
  readonly pid: number;
  /** Settles when the process is known to be lost, with what happened, and when it is really gone. */
  readonly dead: Promise<string>;
  readonly exited: Promise<void>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #frames = frameReader();
  #stderr = "";
  #tellDead: (message: string) => void = () => {};
  #dead: SandboxDied | undefined;
  #receive: ((reply: Reply) => void) | undefined;
  #fail: ((error: unknown) => void) | undefined;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.dead = new Promise((resolve) => {
      this.#tellDead = resolve;
    });
    this.pid = child.pid ?? -1;
    // Writing to a process that just died is no error of its own: its exit is what counts.
    child.stdin.on("error", () => {});
    child.stderr.on("data", (chunk: Buffer) => {
      if (this.#stderr.length < STDERR_BYTES_MAX) this.#stderr += chunk.toString("latin1");
    });
    child.stdout.on("data", (chunk: Buffer) => this.#take(chunk));
    this.exited = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#die("died", `the sandbox process did not start: ${error.message}`);
        resolve();
      });
      child.once("close", (code, signal) => {
        this.#die("died", `the sandbox process ended (${signal ?? `exit ${code}`})${this.#lastWords()}`);
        resolve();
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
    const { scores, cacheBytesMax, named = true } = options;
    try {
      const serving = { read: () => [], deadlineMs: START_DEADLINE_MS };
      const reply = await sandbox.request({ type: "load", scores, named, cacheBytesMax }, serving);
      if (reply.type === "ready") return { sandbox, scores: reply.scores };
      if (reply.type === "unloadable")
        throw new ScoreHostError(
          "CONTRACT_INVALID",
          `the SCORE${named ? ` ${reply.score}` : ""} does not load: ${reply.message}`,
        );
      throw new SandboxDied("malformed", `the sandbox process answered its start with ${reply.type}`);
    } catch (error) {
      sandbox.kill("closed");
      if (error instanceof ScoreHostError) throw error;
      throw new ScoreHostError(
        "SANDBOX_START_FAILED",
        `the sandbox process could not be started; check memory and the installation. ${(error as Error).message}`,
        { cause: error },
      );
    }
  }

  /** Returns what a source text is, by loading it in a process of its own. @throws as start does */
  static async describe(source: string): Promise<ContractDescription> {
    const unnamed = { name: "", version: "", source };
    const options = { scores: [unnamed], named: false, memoryMb: 128, cacheBytesMax: 0 };
    const { sandbox, scores } = await Sandbox.start(options);
    await sandbox.close();
    return scores[0]!;
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
      let leftMs = serving.deadlineMs;
      let sinceMs = 0;
      let timer: NodeJS.Timeout | undefined;
      const run = (message: unknown): void => {
        sinceMs = performance.now();
        timer = setTimeout(
          () => this.kill("deadline", `no answer within ${serving.deadlineMs} ms of computing`),
          leftMs,
        );
        this.#child.stdin.write(encodeFrame(message));
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
        if (reply.type !== "need") {
          finish();
          resolve(reply);
          return;
        }
        pause();
        answerReads(reply.keys, serving.read).then(
          (values) => this.#dead === undefined && run({ type: "values", values }),
          (error) => {
            this.#fail?.(error);
            this.kill("closed");
          },
        );
      };
      run(request);
    });
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Ends the process now. A request that is under way is rejected. */
  kill(reason: DeathReason, message = "the sandbox process was ended"): void {
    this.#child.kill("SIGKILL");
    this.#die(reason, message);
  }

  /** Lets the process end by itself, which it does when its stdin closes, and ends it if it does not. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.kill("closed"), CLOSE_PATIENCE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  #take(chunk: Buffer): void {
    if (this.#dead !== undefined) return;
    const frames = this.#frames.push(chunk);
    for (const frame of frames ?? [undefined]) {
      const reply = frame && parseReply(frame);
      if (reply === undefined || this.#receive === undefined) {
        this.kill("malformed", "the sandbox process sent a malformed or unasked message");
        return;
      }
      this.#receive(reply);
    }
  }

  #die(reason: DeathReason, message: string): void {
    if (this.#dead !== undefined) return;
    this.#dead = new SandboxDied(reason, message);
    this.#tellDead(message);
    this.#fail?.(this.#dead);
  }

  #lastWords(): string {
    const line = this.#stderr.split("\n").find((text) => /FATAL|Error/.test(text));
    return line === undefined ? "" : `: ${line.trim().slice(0, 200)}`;
  }
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });

const answerReads = async (keys: readonly string[], read: Read): Promise<readonly WireValue[]> => {
  try {
    const values = await read(keys.map((key) => Buffer.from(key, "utf8")));
    if (values.length !== keys.length) throw new Error(`${values.length} values for ${keys.length} keys`);
    return values.map((value) => (value === undefined ? null : UTF8.decode(value)));
  } catch (cause) {
    throw new ScoreHostError("STATE_READ_FAILED", "the ledger could not answer a state read; see the cause", {
      cause,
    });
  }
};
