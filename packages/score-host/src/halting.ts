import { setTimeout } from "node:timers/promises";
import type { Sender } from "@dure/score";
import { type HaltedCall, ScoreHostError } from "./error.ts";
import type { ScoreHostEvent } from "./host.ts";
import type { Activation, Block, Executed, Genesis, Outcome, Read } from "./outcome.ts";
import type { Request, WireCall } from "./protocol.ts";
import { type Closing, type Sandbox, SandboxDied } from "./sandbox.ts";
import { outcomeOf } from "./translate.ts";

/** What is executed as one: a block's calls, or a genesis's inits. */
export type Executable =
  | (Block & { readonly type: "block" })
  | {
      readonly type: "genesis";
      readonly height: 0;
      readonly timestampMs: number;
      readonly organisations: readonly string[];
      readonly inits: readonly Genesis[];
    };

export type Execution = {
  readonly sandbox: () => Promise<Sandbox>;
  readonly limits: { readonly attemptsMax: number; readonly callsDeadlineMs: number };
  readonly onEvent: (event: ScoreHostEvent) => void;
};

/** How long is waited before a third attempt, and at most before any: whatever ends processes may need to end itself. */
const PAUSE_MS = 20;
const PAUSE_MS_MAX = 2_000;

/**
 * Returns the outcomes of a block, or halts. A process that dies, loops or talks nonsense is replaced and
 * the block executed again from its start: nothing of a lost attempt was kept anywhere. When attempts are
 * used up there is no receipt to give: that this machine ran out of time or memory says nothing about
 * others, and a receipt must be the same everywhere.
 *
 * @throws ScoreHostError EXECUTION_HALTED, STATE_READ_FAILED
 */
export const executeHalting = async (
  executable: Executable,
  read: Read,
  { sandbox, limits, onEvent }: Execution,
): Promise<Executed> => {
  const { height } = executable;
  let last = "";
  let index: number | undefined;
  for (let attempt = 1; attempt <= limits.attemptsMax; attempt++) {
    // The first attempt is the fast one. Later ones go step by step, so that the culprit has a name.
    const careful = attempt > 1 || limits.attemptsMax === 1;
    if (attempt > 2) await setTimeout(Math.min(PAUSE_MS * 2 ** (attempt - 3), PAUSE_MS_MAX));
    try {
      const process = await sandbox();
      const reply = await process.request(requestOf(executable, careful), {
        read,
        deadlineMs: limits.callsDeadlineMs,
        onStarted: (started) => {
          index = started;
        },
      });
      if (reply.type === "engine-limit")
        throw halt(executable, reply.index, `the engine gave up: ${reply.message}`);
      return outcomesOf(executable, reply, process);
    } catch (error) {
      const isNotStarted = error instanceof ScoreHostError && error.code === "SANDBOX_START_FAILED";
      if (!(error instanceof SandboxDied) && !isNotStarted) throw error;
      last = error.message;
      onEvent({ type: "attempt-failed", height, attempt, message: last });
    }
  }
  throw halt(executable, index, `${limits.attemptsMax} attempts failed, the last one because ${last}`);
};

/** Each sender travels once, however many calls of a block are its own: callers give one object for each. */
const wireBlock = (
  {
    height,
    timestampMs,
    organisations,
    activations,
    suspended,
    calls,
  }: Extract<Executable, { type: "block" }>,
  careful: boolean,
): Request => {
  const senders = new Map<Sender, number>();
  const wire = calls.map(({ index, txId, score, method, params, sender }): WireCall => {
    const at = senders.get(sender) ?? senders.size;
    senders.set(sender, at);
    return [index, txId, score, method, params, at];
  });
  const told = { height, timestampMs, organisations, activations, suspended };
  return { type: "block", ...told, senders: [...senders.keys()], calls: wire, careful };
};

const requestOf = (executable: Executable, careful: boolean): Request =>
  executable.type === "block"
    ? wireBlock(executable, careful)
    : {
        type: "genesis",
        timestampMs: executable.timestampMs,
        organisations: executable.organisations,
        inits: executable.inits,
        careful,
      };

const activationsOf = (executable: Executable): readonly Activation[] =>
  executable.type === "block" ? executable.activations : [];

const outcomesOf = (executable: Executable, reply: Closing, process: Sandbox): Executed => {
  const activations = activationsOf(executable).length;
  const calls = executable.type === "block" ? executable.calls.length : executable.inits.length;
  if (reply.type === "outcomes" && reply.outcomes.length === activations + calls) {
    const outcomes = reply.outcomes.map((wire, index) => outcomeOf(wire, index < activations));
    if (outcomes.every((outcome): outcome is Outcome => outcome !== undefined))
      return { activations: outcomes.slice(0, activations), calls: outcomes.slice(activations) };
  }
  const message = "the sandbox process answered with outcomes that its calls cannot have";
  process.kill("malformed", message);
  throw new SandboxDied("malformed", message);
};

const halt = (executable: Executable, index: number | undefined, why: string): ScoreHostError => {
  const call = haltedCall(executable, index);
  const where =
    call.index === undefined
      ? "in a call that is not known"
      : `in call ${call.index}, ${call.score}.${call.method}${call.txId === undefined ? "" : ` of ${call.txId}`}`;
  return new ScoreHostError(
    "EXECUTION_HALTED",
    `execution halted at block ${call.height} ${where}: ${why}. Nothing of the block was applied. If this ` +
      "machine is slower or smaller than the others, raise callsDeadlineMs or memoryMb and start again; if all " +
      "peers halt here, the channel's administrators suspend the SCORE: " +
      `dure score suspend ${call.score ?? "NAME"} --height ${call.height} --reason TEXT -o FILE, ` +
      "and every peer is started again with --suspension FILE (docs/score.md).",
    { call },
  );
};

const haltedCall = (executable: Executable, index: number | undefined): HaltedCall => {
  const { height } = executable;
  if (index === undefined) return { height };
  const activation = activationsOf(executable)[index];
  if (activation !== undefined) return { height, index, score: activation.score, method: activation.action };
  if (executable.type === "genesis")
    return { height, index, score: executable.inits[index]?.score ?? "", method: "init" };
  const call = executable.calls[index - activationsOf(executable).length];
  if (call === undefined) return { height };
  return { height, index: call.index, txId: call.txId, score: call.score, method: call.method };
};
