/**
 * What a contract author tests with: contracts are packed and run in a thread of the test's own process, in the realm and
 * with the meter and bounds that peers have, over a state in memory. So a test meets the same refusals, costs and missing
 * globals, within milliseconds. Time, height and identities are the test's to choose.
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Json, JsonObject, Sender } from "@dure/score";
import { type TestCall, TestChain, type TestResult, type TestSnapshot } from "./kit/chain.ts";
import { testScore } from "./kit/test-score.ts";
import { DEFAULTS, type ScoreHostLimits } from "./limits.ts";
import type { ScoreSource } from "./outcome.ts";
import { prepareThread } from "./thread.ts";

export type { TestCall, TestResult, TestSnapshot };

export type TestScoreOptions = {
  /** The contract's entry: a path, or a file URL such as `new URL("./contract.ts", import.meta.url)`. */
  readonly entry: string | URL;
  /** The parameters of the contract's `init`. Default `{}`. */
  readonly init?: JsonObject;
};

export type TestKitOptions = TestScoreOptions & {
  /** Other SCOREs of the channel, which the contract calls or is called by. Their `init` runs before its own. */
  readonly scores?: readonly TestScoreOptions[];
  /** The channel's organisations, of which identities must be then. Default `test` alone, and any identity. */
  readonly organisations?: readonly string[];
  /** The genesis's time. Default 1 January 2025, UTC. Every block comes a second later. */
  readonly timestampMs?: number;
  readonly limits?: ScoreHostLimits;
  /**
   * Whether every block is executed a second time under other conditions, and must come to the same: outcomes, state, and
   * what it costs. Default true.
   */
  readonly deterministic?: boolean;
};

export type IdentityOptions = {
  /** Default: the first of the channel's organisations. */
  readonly organisation?: string;
  /** Default `["client"]`. */
  readonly roles?: readonly string[];
  /** What else the certificate says, by name. */
  readonly attributes?: Readonly<Record<string, string>>;
};

/** A contract as one identity meets it. */
export type TestIdentity = {
  readonly sender: Sender;
  /** Executes one call in a block of its own. A refusal is a result with its code, not a throw. */
  invoke<T = Json>(method: string, params?: JsonObject): Promise<TestResult<T>>;
  query<T = Json>(method: string, params?: JsonObject): Promise<TestResult<T>>;
  /** Returns the call without executing it, for `kit.block`. */
  call(method: string, params?: JsonObject): TestCall;
  /** Returns the same identity as another SCORE of the kit meets it. */
  on(score: string): TestIdentity;
};

export type TestKit = {
  /** The contract's version that runs now. */
  readonly score: ScoreSource;
  /** Returns an identity. The same name and organisation are the same sender. */
  as(name: string, options?: IdentityOptions): TestIdentity;
  /** Executes calls in one block, in order. */
  block(calls: readonly TestCall[]): Promise<readonly TestResult[]>;
  /** Queries as an identity named `anyone`. */
  query<T = Json>(method: string, params?: JsonObject): Promise<TestResult<T>>;
  /**
   * Packs another version of one of the SCOREs, runs its `migrate` in a block of its own, and lets it take over if that
   * succeeds, as an activation on a channel does. @throws ScoreHostError CONTRACT_INVALID
   */
  upgrade(entry: string | URL): Promise<TestResult>;
  /** Takes the version before again, if the present one's `rollback` succeeds. Default: of the contract. */
  rollback(score?: string): Promise<TestResult>;
  /** The height of the last block, 0 after genesis, and its time. */
  height(): number;
  timestampMs(): number;
  /** Moves time on, so that the next block comes this much later than it would. */
  advance(byMs: number): void;
  /** Returns a SCORE's state as it would be stored, sorted by key. Default: the contract's. */
  state(score?: string): Readonly<Record<string, Json>>;
  /** Returns everything as it is now: state, height, time and versions. */
  snapshot(): TestSnapshot;
  /** Takes up what a snapshot has; it can be taken up any number of times. */
  restore(snapshot: TestSnapshot): Promise<void>;
  /** Leaves the kit's threads to the next one. A test process ends also without it. */
  close(): Promise<void>;
};

const GENESIS_MS = Date.UTC(2025, 0, 1);

/**
 * Packs the contracts, runs their `init`, and returns the kit.
 *
 * @throws ScoreHostError CONTRACT_INVALID with the reason and the line; Error if an `init` is refused
 */
export const testKit = async (options: TestKitOptions): Promise<TestKit> => {
  const {
    scores: beside = [],
    organisations,
    timestampMs = GENESIS_MS,
    limits,
    deterministic = true,
  } = options;
  const { memoryMb } = { ...DEFAULTS, ...limits };
  prepareThread(memoryMb);
  if (deterministic) prepareThread(memoryMb, true);
  const given = [...beside, options];
  const scores = await Promise.all(given.map(({ entry }) => testScore(pathOf(entry))));
  const names = scores.map(({ packed }) => packed.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new Error(`two contracts of the kit are named ${twice}; a channel has one of a name`);

  const chain = new TestChain(scores, {
    timestampMs,
    organisations: [...(organisations ?? [ORGANISATION])].sort(),
    limits,
    deterministic,
  });
  try {
    await chain.begin(given.map(({ init = {} }, index) => ({ score: names[index]!, params: init })));
  } catch (error) {
    await chain.close();
    throw error;
  }
  return kitOver(chain, names.at(-1)!, organisations);
};

const kitOver = (chain: TestChain, own: string, organisations: readonly string[] | undefined): TestKit => {
  const as = (name: string, identity: IdentityOptions = {}): TestIdentity =>
    identityOf(chain, own, senderOf(name, identity, organisations));
  return {
    get score() {
      const { name, version, source } = chain.score(own).packed;
      return { name, version, source };
    },
    as,
    block: (calls) => chain.block(calls),
    query: (method, params) => as("anyone").query(method, params),
    upgrade: async (entry) => chain.upgrade(await testScore(pathOf(entry))),
    rollback: (score = own) => chain.rollback(score),
    height: () => chain.at.height,
    timestampMs: () => chain.at.timestampMs,
    advance: (byMs) => chain.advance(byMs),
    state: (score = own) => chain.state(score),
    snapshot: () => chain.at,
    restore: (snapshot) => chain.restore(snapshot),
    close: () => chain.close(),
  };
};

const identityOf = (chain: TestChain, score: string, sender: Sender): TestIdentity => {
  const call = (method: string, params: JsonObject = {}): TestCall => ({ sender, score, method, params });
  return {
    sender,
    call,
    async invoke<T>(method: string, params?: JsonObject) {
      return (await chain.block([call(method, params)]))[0] as TestResult<T>;
    },
    query: <T>(method: string, params?: JsonObject) =>
      chain.query(call(method, params)) as Promise<TestResult<T>>,
    on: (other) => identityOf(chain, chain.score(other).packed.name, sender),
  };
};

const ORGANISATION = "test";

const senderOf = (
  name: string,
  { organisation, roles = ["client"], attributes = {} }: IdentityOptions,
  organisations: readonly string[] | undefined,
): Sender => {
  const own = organisation ?? organisations?.[0] ?? ORGANISATION;
  if (organisations !== undefined && !organisations.includes(own))
    throw new Error(
      `${name} is of ${own}, which is none of the kit's organisations: ${organisations.join(", ")}`,
    );
  const id = createHash("sha256").update(`test identity ${name}.${own}`).digest("hex");
  return { id, name, organisation: own, roles, attributes };
};

const pathOf = (entry: string | URL): string => (typeof entry === "string" ? entry : fileURLToPath(entry));
