/**
 * What a contract author tests with: the contract is packed and run in the same sandbox process as on a
 * peer, over a state in memory, so that a test meets the same refusals, bounds and missing globals. Time,
 * height and identities are the test's to choose.
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Json, JsonObject, Sender } from "@dure/score";
import { createScoreHost, type ScoreHost } from "./host.ts";
import type { ScoreHostLimits } from "./limits.ts";
import type { Outcome, Read, ScoreSource } from "./outcome.ts";
import { pack } from "./pack.ts";

export type TestKitOptions = {
  /** The contract's entry: a path, or a file URL such as `new URL("./contract.ts", import.meta.url)`. */
  readonly entry: string | URL;
  /** The parameters of the contract's `init`. Default `{}`. */
  readonly init?: JsonObject;
  /** The genesis's time. Default 1 January 2025, UTC. Every block comes a second later. */
  readonly timestampMs?: number;
  readonly limits?: ScoreHostLimits;
};

/** What a call or query came to, with the JSON parsed. */
export type TestResult<T = Json> = {
  readonly code: number;
  readonly message: string;
  readonly result: T;
  /** The events that the call emitted; none for queries. */
  readonly events: readonly { readonly name: string; readonly data: Json }[];
  /** The engine's wording of an unexpected throw, which no receipt carries. */
  readonly diagnostic: string | undefined;
};

export type IdentityOptions = { readonly organisation?: string; readonly roles?: readonly string[] };

/** The contract as one identity meets it. */
export type TestIdentity = {
  readonly sender: Sender;
  /** Executes one call in a block of its own. A refusal is a result with code 9000, not a throw. */
  invoke<T = Json>(method: string, params?: JsonObject): Promise<TestResult<T>>;
  query<T = Json>(method: string, params?: JsonObject): Promise<TestResult<T>>;
  /** Returns the call without executing it, for `kit.block`. */
  call(method: string, params?: JsonObject): TestCall;
};

export type TestCall = { readonly sender: Sender; readonly method: string; readonly params: JsonObject };

export type TestKit = {
  readonly score: ScoreSource;
  /** Returns an identity. The same name and organisation are the same sender. Roles default to `client`. */
  as(name: string, options?: IdentityOptions): TestIdentity;
  /** Executes calls in one block, in order. */
  block(calls: readonly TestCall[]): Promise<readonly TestResult[]>;
  /** Queries as an identity named `anyone`. */
  query<T = Json>(method: string, params?: JsonObject): Promise<TestResult<T>>;
  /** The height of the last block, 0 after genesis, and its time. */
  height(): number;
  timestampMs(): number;
  /** Moves time on, so that the next block comes this much later than it would. */
  advance(byMs: number): void;
  /** Returns the contract's state as it would be stored, sorted by key. */
  state(): Readonly<Record<string, Json>>;
  close(): Promise<void>;
};

const ORGANISATIONS = ["test"];
const BLOCK_INTERVAL_MS = 1_000;
const GENESIS_MS = Date.UTC(2025, 0, 1);

/**
 * Packs a contract, runs its `init`, and returns the kit. Close it when done, or the test does not end.
 *
 * @throws ScoreHostError CONTRACT_INVALID with the reason; Error if `init` is refused
 */
export const testKit = async (options: TestKitOptions): Promise<TestKit> => {
  const score = await pack(typeof options.entry === "string" ? options.entry : fileURLToPath(options.entry));
  const host = await createScoreHost({ scores: [score], ...(options.limits && { limits: options.limits }) });
  const chain = new TestChain(host, score, options.timestampMs ?? GENESIS_MS);
  try {
    await chain.begin(options.init ?? {});
  } catch (error) {
    await host.close();
    throw error;
  }
  const as = (name: string, identity: IdentityOptions = {}): TestIdentity => {
    const sender = senderOf(name, identity);
    const call = (method: string, params: JsonObject = {}) => ({ sender, method, params });
    return {
      sender,
      call,
      async invoke<T>(method: string, params?: JsonObject) {
        return (await chain.block([call(method, params)]))[0] as TestResult<T>;
      },
      query: <T>(method: string, params?: JsonObject) =>
        chain.query(call(method, params)) as Promise<TestResult<T>>,
    };
  };
  return {
    score,
    as,
    block: (calls) => chain.block(calls),
    query: (method, params) => as("anyone").query(method, params),
    height: () => chain.height,
    timestampMs: () => chain.timestampMs,
    advance(byMs) {
      chain.timestampMs += byMs;
    },
    state: () => chain.state(),
    close: () => host.close(),
  };
};

const senderOf = (name: string, { organisation = "test", roles = ["client"] }: IdentityOptions): Sender => ({
  id: createHash("sha256").update(`test identity ${name}.${organisation}`).digest("hex"),
  name,
  organisation,
  roles,
  attributes: {},
});

/** The least that a ledger is: blocks one after another over a state in memory. */
class TestChain {
  height = 0;
  timestampMs: number;
  readonly #host: ScoreHost;
  readonly #score: ScoreSource;
  readonly #state = new Map<string, Uint8Array>();
  readonly #read: Read = (keys) => keys.map((key) => this.#state.get(textOf(key)));

  constructor(host: ScoreHost, score: ScoreSource, timestampMs: number) {
    this.#host = host;
    this.#score = score;
    this.timestampMs = timestampMs;
  }

  async begin(params: JsonObject): Promise<void> {
    const inits = [{ score: this.#score.name, params: JSON.stringify(params) }];
    const { timestampMs } = this;
    const [outcome] = await this.#host.executeGenesis({ inits, timestampMs, organisations: ORGANISATIONS });
    const { code, message, diagnostic } = this.#apply(outcome!);
    if (code !== 0) throw new Error(`the contract's init was refused: ${diagnostic ?? message}`);
  }

  async block(calls: readonly TestCall[]): Promise<readonly TestResult[]> {
    const height = this.height + 1;
    const timestampMs = this.timestampMs + BLOCK_INTERVAL_MS;
    const block = {
      height,
      timestampMs,
      organisations: ORGANISATIONS,
      activations: [],
      calls: calls.map(({ sender, method, params }, index) => ({
        index,
        txId: createHash("sha256").update(`test transaction ${height}.${index}`).digest("hex"),
        score: this.#score.name,
        method,
        params: JSON.stringify(params),
        sender,
      })),
    };
    const { calls: outcomes } = await this.#host.execute(block, this.#read);
    this.height = height;
    this.timestampMs = timestampMs;
    return outcomes.map((outcome) => this.#apply(outcome));
  }

  async query({ sender, method, params }: TestCall): Promise<TestResult> {
    const { height, timestampMs } = this;
    const score = this.#score.name;
    const organisations = ORGANISATIONS;
    const query = {
      height,
      timestampMs,
      organisations,
      score,
      method,
      params: JSON.stringify(params),
      sender,
    };
    const answer = await this.#host.query(query, this.#read);
    if (answer.kind === "timeout") throw new Error(answer.message);
    const { code, message, result, diagnostic } = answer;
    return { code, message, result: JSON.parse(result), events: [], diagnostic };
  }

  state(): Readonly<Record<string, Json>> {
    const prefix = this.#score.name.length + 1;
    const entries = [...this.#state].map(([key, value]) => [key.slice(prefix), JSON.parse(textOf(value))]);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #apply(outcome: Outcome): TestResult {
    for (const { key, value } of outcome.writes)
      if (value === undefined) this.#state.delete(textOf(key));
      else this.#state.set(textOf(key), value);
    const { code, message, result, diagnostic } = outcome;
    const events = outcome.events.map(({ name, data }) => ({ name, data: JSON.parse(data) }));
    return { code, message, result: JSON.parse(result), events, diagnostic };
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
