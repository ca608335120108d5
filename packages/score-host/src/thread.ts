import { Worker } from "node:worker_threads";
import type { Carrier, Listener } from "./carrier.ts";
import { NO_LAYERS } from "./layers.ts";
import { parseReply, type Reply } from "./protocol.ts";
import type { Spawn } from "./spawn.ts";
import { STACK_MB } from "./stack.ts";

/** What a thread is given. */
export type ThreadData = {
  /** Counts the messages that were sent to it; it sleeps on this. */
  readonly signal: Int32Array;
  /** Whether it leaves garbage in its heap, and evaluates modules for each call. */
  readonly disturbed: boolean;
};

type Thread = { readonly worker: Worker; readonly signal: Int32Array; readonly kind: string };

/**
 * Threads that wait for their next use, since starting one takes longer than most tests. Whoever ends with one leaves it
 * here; it lives as long as the process, whose end it does not delay.
 */
const idle: Thread[] = [];

/**
 * Returns a thread of this process that runs the child's program: the realm, meter and bounds that peers have in a process
 * of its own, without the wall of that. For contracts of the author's own, never for a peer.
 */
export const startThread: Spawn = (memoryMb) => take(memoryMb, false);

/** Returns one that must come to the same by another way: with garbage in its heap, and modules evaluated for each call. */
export const startDisturbedThread: Spawn = (memoryMb) => take(memoryMb, true);

const take = (memoryMb: number, disturbed: boolean): Carrier => {
  const kind = kindOf(memoryMb, disturbed);
  const at = idle.findIndex((thread) => thread.kind === kind);
  return threadCarrier(at === -1 ? start(memoryMb, disturbed) : idle.splice(at, 1)[0]!);
};

/** Sees to it that such a thread waits, or will soon. */
export const prepareThread = (memoryMb: number, disturbed = false): void => {
  const kind = kindOf(memoryMb, disturbed);
  if (!idle.some((thread) => thread.kind === kind)) idle.push(start(memoryMb, disturbed));
};

const kindOf = (memoryMb: number, disturbed: boolean): string => `${memoryMb} ${disturbed}`;

const start = (memoryMb: number, disturbed: boolean): Thread => {
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./child/thread.js", import.meta.url), {
    workerData: { signal, disturbed } satisfies ThreadData,
    // Nothing of how the test itself was started is for the contract's thread.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, stackSizeMb: STACK_MB },
  });
  // Only an answer that is due holds the process.
  worker.unref();
  const thread = { worker, signal, kind: kindOf(memoryMb, disturbed) };
  // Nobody may be using it when it fails.
  worker.on("error", () => {});
  worker.on("exit", () => {
    const at = idle.indexOf(thread);
    if (at !== -1) idle.splice(at, 1);
  });
  return thread;
};

const isClosing = (reply: Reply | undefined): boolean =>
  reply !== undefined && reply.type !== "need" && reply.type !== "started";

const threadCarrier = (thread: Thread): Carrier => {
  const { worker, signal } = thread;
  let listener: Listener | undefined;
  let isAsked = false;
  let lastWords = "";

  const onMessage = (text: string): void => {
    const reply = parseReply(text);
    if (isClosing(reply)) {
      isAsked = false;
      worker.unref();
    }
    listener?.onReply(reply);
  };
  const onError = (error: Error): void => {
    lastWords = `: ${error.message}`;
  };
  const onExit = (code: number): void => leave(`the sandbox thread ended (exit ${code})${lastWords}`);
  const leave = (message: string): void => {
    worker.off("message", onMessage).off("error", onError).off("exit", onExit);
    listener?.onEnd(message);
    listener = undefined;
  };
  const kill = (): void => {
    void worker.terminate();
  };

  return {
    pid: process.pid,
    layers: NO_LAYERS,
    listen(given) {
      listener = given;
      worker.on("message", onMessage).on("error", onError).on("exit", onExit);
    },
    send(message) {
      isAsked = true;
      worker.ref();
      worker.postMessage(JSON.stringify(message));
      Atomics.add(signal, 0, 1);
      Atomics.notify(signal, 0);
    },
    kill,
    end() {
      if (isAsked) return kill();
      idle.push(thread);
      leave("the sandbox thread was given back");
    },
  };
};
