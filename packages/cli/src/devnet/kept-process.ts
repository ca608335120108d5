import type { Event } from "../emit.ts";
import { CliError } from "../error.ts";
import { pause } from "../pause.ts";
import { type Child, type ChildSpec, type Exit, startChild } from "./child.ts";
import { lastLines, rotateLog } from "./log-file.ts";

/** How often a process that dies is started again: so many times within so long, each a little later. */
const RESTARTS = { most: 5, withinMs: 60_000, firstDelayMs: 250, longestDelayMs: 5_000 };
/** How long a process may take to end in good order. */
const GRACE_MS = 10_000;
const LOG_LINES = 6;

export type Death = Exit & {
  readonly name: string;
  readonly lines: readonly string[];
  /** Milliseconds until it is started again; undefined if it is not. */
  readonly againInMs: number | undefined;
};

export type KeptEvents = {
  readonly onEvent: (event: Event) => void;
  readonly onDied: (death: Death) => void;
  readonly onRestarted: (pid: number) => void;
};

/** A process that is started again when it dies, until it is told to stop. */
export type KeptProcess = {
  readonly name: string;
  readonly logFile: string;
  /** Its current process id; undefined while there is none. */
  pid(): number | undefined;
  /** Resolves with the event of that name when it comes, or came. Throws CliError `CHILD_FAILED` if it dies before. */
  awaitEvent(name: string): Promise<Event>;
  /** Writes a line to its stdin, if it runs. */
  tell(line: string): void;
  stop(): Promise<void>;
  kill(): void;
};

const failure = (name: string, { code, signal }: Exit, logFile: string): CliError => {
  const lines = lastLines(logFile, 1);
  const how = signal === null ? `ended with status ${code}` : `was ended by ${signal}`;
  return new CliError(
    "CHILD_FAILED",
    `${name} ${how}: ${lines[0] ?? "it said nothing"}. Its log is ${logFile}`,
  );
};

/**
 * Starts a process and keeps it running.
 *
 * @param spec makes what to start it with, anew each time.
 * @param restart false to leave it dead when it dies.
 */
export const keepProcess = async (
  spec: () => Promise<ChildSpec>,
  restart: boolean,
  { onEvent, onDied, onRestarted }: KeptEvents,
): Promise<KeptProcess> => {
  const stopping = new AbortController();
  const events = new Map<string, Event>();
  const waiting = new Set<{ name: string; resolve(event: Event): void; reject(error: Error): void }>();
  const deathsMs: number[] = [];
  let child: Child | undefined;

  const onChildEvent = (event: Event): void => {
    events.set(event.event, event);
    for (const waiter of waiting)
      if (waiter.name === event.event) {
        waiting.delete(waiter);
        waiter.resolve(event);
      }
    onEvent(event);
  };

  const start = async (): Promise<ChildSpec & { readonly pid: number }> => {
    const made = await spec();
    rotateLog(made.logFile);
    events.clear();
    const started = await startChild(made, onChildEvent);
    child = started;
    void started.exited.then((exit) => onExit(made, exit));
    return { ...made, pid: started.pid };
  };

  const delayMs = (): number | undefined => {
    const nowMs = Date.now();
    deathsMs.push(nowMs);
    const recent = deathsMs.filter((atMs) => nowMs - atMs < RESTARTS.withinMs).length;
    if (!restart || recent > RESTARTS.most) return undefined;
    return Math.min(RESTARTS.firstDelayMs * 2 ** (recent - 1), RESTARTS.longestDelayMs);
  };

  const onExit = async ({ name, logFile }: ChildSpec, exit: Exit): Promise<void> => {
    child = undefined;
    for (const waiter of waiting) waiter.reject(failure(name, exit, logFile));
    waiting.clear();
    if (stopping.signal.aborted) return;
    const againInMs = delayMs();
    onDied({ ...exit, name, lines: lastLines(logFile, LOG_LINES), againInMs });
    if (againInMs === undefined) return;
    await pause(againInMs, stopping.signal);
    if (stopping.signal.aborted) return;
    try {
      onRestarted((await start()).pid);
    } catch (error) {
      onDied({ ...exit, name, lines: [(error as Error).message], againInMs: undefined });
    }
  };

  const { name, logFile } = await start();
  return {
    name,
    logFile,
    pid: () => child?.pid,
    awaitEvent: (wanted) => {
      const event = events.get(wanted);
      if (event !== undefined) return Promise.resolve(event);
      if (child === undefined) return Promise.reject(failure(name, { code: null, signal: null }, logFile));
      return new Promise((resolve, reject) => waiting.add({ name: wanted, resolve, reject }));
    },
    tell: (line) => child?.tell(line),
    stop: async () => {
      stopping.abort();
      await child?.stop(GRACE_MS);
    },
    kill: () => {
      stopping.abort();
      child?.kill();
    },
  };
};
