import { createHash } from "node:crypto";
import type { Json, JsonObject, Sender } from "@dure/score";
import { placeOfTrace } from "../author-places.ts";
import type { Executable } from "../halting.ts";
import { DEFAULTS, type ScoreHostLimits } from "../limits.ts";
import type { Activation, Outcome, QueryOutcome, Read, ScoreSource, Used } from "../outcome.ts";
import { queue } from "../queue.ts";
import { type Runner, runner } from "./runner.ts";
import type { TestScore } from "./test-score.ts";

/** What a call or query came to, with the JSON parsed. */
export type TestResult<T = Json> = {
  readonly code: number;
  readonly message: string;
  readonly result: T;
  /** The events that the call emitted; none for queries. */
  readonly events: readonly { readonly name: string; readonly data: Json }[];
  /** What it cost by the meter, the same on every machine. */
  readonly used: Used;
  /** Where a call that did not succeed went wrong: `contract.ts:12:5`, from the entry's folder. Undefined if that is unknown. */
  readonly at: string | undefined;
  /** The engine's wording of an unexpected throw, which no receipt carries. */
  readonly diagnostic: string | undefined;
};

export type TestCall = {
  readonly sender: Sender;
  readonly score: string;
  readonly method: string;
  readonly params: JsonObject;
};

/** Everything that a chain is at one height, to be taken up again. Each SCORE's versions stand in order, the present one last. */
export type TestSnapshot = {
  readonly height: number;
  readonly timestampMs: number;
  readonly versions: ReadonlyMap<string, readonly TestScore[]>;
  readonly values: ReadonlyMap<string, Uint8Array>;
};

type ChainOptions = {
  readonly timestampMs: number;
  readonly organisations: readonly string[];
  readonly limits: ScoreHostLimits | undefined;
  readonly deterministic: boolean;
};

const BLOCK_INTERVAL_MS = 1_000;

/** Nobody else ends a test's threads, so that trying again helps little. */
const ATTEMPTS_MAX = 2;

/** Stands in for the SCORE that every channel has and that is told of activations (specs/score-store.md). */
const STORE: ScoreSource = {
  name: "score-store",
  version: "0.0.0",
  source: `module.exports.default = { abi: 2, name: "score-store", version: "0.0.0",
    invoke: { applied() {} }, query: {}, describe: () => ({ applied: { kind: "invoke" } }) };`,
};

/** The least that a ledger is: blocks one after another over a state in memory. Whatever is asked waits for its turn. */
export class TestChain {
  #at: TestSnapshot;
  readonly #organisations: readonly string[];
  readonly #runner: Runner;
  readonly #turns = queue();
  #isClosed = false;

  constructor(scores: readonly TestScore[], options: ChainOptions) {
    const { timestampMs, organisations, limits, deterministic } = options;
    const versions = new Map(scores.map((score) => [score.packed.name, [score]]));
    this.#at = { height: 0, timestampMs, versions, values: new Map() };
    this.#organisations = organisations;
    const used = { ...DEFAULTS, attemptsMax: ATTEMPTS_MAX, ...limits };
    this.#runner = runner(() => this.#sources(), used, deterministic);
  }

  get at(): TestSnapshot {
    return this.#at;
  }

  /** Returns a SCORE's present version. @throws Error if there is no such SCORE */
  score(name: string): TestScore {
    const score = this.#at.versions.get(name)?.at(-1);
    if (score !== undefined) return score;
    throw new Error(`the kit has no SCORE named ${name}; it has ${[...this.#at.versions.keys()].join(", ")}`);
  }

  advance(byMs: number): void {
    if (!Number.isSafeInteger(byMs) || byMs < 0)
      throw new RangeError(`time is moved on by a whole number of milliseconds from 0, not by ${byMs}`);
    this.#at = { ...this.#at, timestampMs: this.#at.timestampMs + byMs };
  }

  /** Runs the SCOREs' `init`, in this order. @throws Error if one is refused */
  begin(inits: readonly { readonly score: string; readonly params: JsonObject }[]): Promise<void> {
    return this.#inTurn(async () => {
      const { timestampMs } = this.#at;
      const texts = inits.map(({ score, params }) => ({ score, params: JSON.stringify(params) }));
      const organisations = this.#organisations;
      const genesis = { type: "genesis", height: 0, timestampMs, organisations, inits: texts } as const;
      const { calls } = await this.#execute(genesis);
      calls.forEach((outcome, index) => {
        const { code, message, diagnostic, at } = this.#resultOf(outcome, inits[index]!.score);
        if (code === 0) return;
        const where = at === undefined ? "" : ` (${at})`;
        throw new Error(`the init of ${inits[index]?.score} was refused: ${diagnostic ?? message}${where}`);
      });
    });
  }

  block(calls: readonly TestCall[]): Promise<readonly TestResult[]> {
    return this.#inTurn(async () => {
      const executed = await this.#execute(this.#nextBlock([], calls));
      return executed.calls.map((outcome, index) => this.#resultOf(outcome, calls[index]!.score));
    });
  }

  /** Makes another text of a SCORE the one that runs, if its `migrate` succeeds. */
  upgrade(score: TestScore): Promise<TestResult> {
    const { name } = score.packed;
    return this.#inTurn(() =>
      this.#activate("upgrade", this.score(name), score, [...this.#versions(name), score]),
    );
  }

  /** Takes a SCORE's version before again, if the `rollback` of the present one succeeds. */
  rollback(name: string): Promise<TestResult> {
    return this.#inTurn(() => {
      const left = this.score(name);
      const versions = this.#versions(name).slice(0, -1);
      const taken = versions.at(-1);
      if (taken === undefined)
        throw new Error(
          `${name} has no version before ${left.packed.version}: only an upgrade can be rolled back`,
        );
      return this.#activate("rollback", left, taken, versions);
    });
  }

  query({ sender, score, method, params }: TestCall): Promise<TestResult> {
    return this.#inTurn(async () => {
      const { height, timestampMs } = this.#at;
      const organisations = this.#organisations;
      const asked = {
        height,
        timestampMs,
        organisations,
        suspended: [],
        score,
        method,
        params: JSON.stringify(params),
        sender,
      };
      const answer = await this.#runner.query(asked, this.#read);
      if (answer.kind === "timeout") throw new Error(answer.message);
      return this.#resultOf(answer, score);
    });
  }

  restore(snapshot: TestSnapshot): Promise<void> {
    return this.#inTurn(async () => {
      this.#at = snapshot;
      // The same height may have had another state since.
      await this.#runner.renew();
    });
  }

  /** Returns a SCORE's state as it would be stored, sorted by key. */
  state(name: string): Readonly<Record<string, Json>> {
    const prefix = `${this.score(name).packed.name}\0`;
    const entries = [...this.#at.values]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), JSON.parse(textOf(value)) as Json] as const);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#turns.idle();
    await this.#runner.close();
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    return this.#isClosed
      ? Promise.reject(new Error("this kit was closed; make another with testKit()"))
      : this.#turns.run(task);
  }

  #versions(name: string): readonly TestScore[] {
    return this.#at.versions.get(name) ?? [];
  }

  #sources(): readonly ScoreSource[] {
    const present = [...this.#at.versions.keys()].map((name) => this.score(name).packed);
    return this.#at.versions.has(STORE.name) ? present : [...present, STORE];
  }

  #nextBlock(activations: readonly Activation[], calls: readonly TestCall[]): Executable {
    const height = this.#at.height + 1;
    return {
      type: "block",
      height,
      timestampMs: this.#at.timestampMs + BLOCK_INTERVAL_MS,
      organisations: this.#organisations,
      activations,
      suspended: [],
      calls: calls.map(({ sender, score, method, params }, index) => ({
        index,
        txId: createHash("sha256").update(`test transaction ${height}.${index}`).digest("hex"),
        score,
        method,
        params: JSON.stringify(params),
        sender,
      })),
    };
  }

  /** Executes what is next, and stands after it. */
  async #execute(executable: Executable): ReturnType<Runner["execute"]> {
    const executed = await this.#runner.execute(executable, this.#read);
    const values = new Map(this.#at.values);
    for (const { writes } of [...executed.activations, ...executed.calls])
      for (const { key, value } of writes)
        if (value === undefined) values.delete(textOf(key));
        else values.set(textOf(key), value);
    const { height, timestampMs } = executable;
    // Time may have been moved on meanwhile.
    this.#at = { ...this.#at, height, timestampMs: Math.max(timestampMs, this.#at.timestampMs), values };
    return executed;
  }

  async #activate(
    action: "upgrade" | "rollback",
    left: TestScore,
    taken: TestScore,
    versions: readonly TestScore[],
  ): Promise<TestResult> {
    const { name, version, source } = taken.packed;
    const from = left.packed.version;
    const told = { manifest: "", params: "", entry: "{}", refusal: "" };
    const activation: Activation = { score: name, version, action, source, from, ...told };
    const { activations } = await this.#execute(this.#nextBlock([activation], []));
    const result = this.#resultOf(activations[0]!, name, action === "upgrade" ? taken : left);
    if (result.code !== 0) return result;
    this.#at = { ...this.#at, versions: new Map(this.#at.versions).set(name, versions) };
    await this.#runner.renew();
    return result;
  }

  readonly #read: Read = (keys) => keys.map((key) => this.#at.values.get(textOf(key)));

  /** `running`: a version that ran without being the present one. */
  #resultOf(
    outcome: Outcome | Extract<QueryOutcome, { kind: "answer" }>,
    score: string,
    running?: TestScore,
  ): TestResult {
    const { code, message, result, used, diagnostic, trace = "" } = outcome;
    const emitted = "events" in outcome ? outcome.events : [];
    const scores = [running, ...[...this.#at.versions.values()].map((versions) => versions.at(-1))];
    const at = placeOfTrace(
      trace,
      (named) => scores.find((each) => each && nameOf(each) === named)?.places,
      score,
    );
    const events = emitted.map(({ name, data }) => ({ name, data: JSON.parse(data) as Json }));
    return { code, message, result: JSON.parse(result) as Json, events, used, at, diagnostic };
  }
}

const nameOf = ({ packed }: TestScore): string => `${packed.name}@${packed.version}`;

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
