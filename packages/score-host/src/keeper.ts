import type { ContractDescription } from "@dure/score";
import type { Layers } from "./layers.ts";
import { Sandbox, type SandboxOptions } from "./sandbox.ts";

export type Purpose = "blocks" | "queries";

/** What a keeper tells: a process started, or died, of what and with what last words. */
export type KeeperEvent =
  | { readonly type: "started"; readonly purpose: Purpose; readonly pid: number; readonly layers: Layers }
  | { readonly type: "died"; readonly purpose: Purpose; readonly pid: number; readonly message: string };

export type Keeper = {
  /** Returns the living process, starting one if there is none. @throws ScoreHostError */
  sandbox(): Promise<Sandbox>;
  pid(): number | undefined;
  /** What holds the living process from outside. */
  layers(): Layers | undefined;
  starts(): number;
  /** Has the process, if there is one, run the SCOREs of the present options. Nothing may be under way in it. */
  renew(): Promise<void>;
  close(): Promise<void>;
};

/** How often a process is given other SCOREs. What it keeps of those that it no longer runs is some 0.1 MB each. */
const LOADS_MAX = 64;

/**
 * Returns the keeper of one sandbox process. A process that dies is replaced when it is next needed, and
 * not before: one that dies by itself at once does not make a loop of starts.
 */
export const keeper = (
  purpose: Purpose,
  options: () => SandboxOptions,
  onEvent: (event: KeeperEvent) => void,
  onLoaded: (scores: readonly ContractDescription[]) => void = () => {},
): Keeper => {
  let current: Promise<Sandbox> | undefined;
  let living: Sandbox | undefined;
  let starts = 0;
  let loads = 0;

  const start = async (): Promise<Sandbox> => {
    starts++;
    const { sandbox, scores } = await Sandbox.start(options());
    living = sandbox;
    loads = 1;
    onLoaded(scores);
    onEvent({ type: "started", purpose, pid: sandbox.pid, layers: sandbox.layers });
    return sandbox;
  };

  const isLoaded = async (sandbox: Sandbox): Promise<boolean> => {
    try {
      onLoaded(await sandbox.load(options()));
      return true;
    } catch {
      return false;
    }
  };

  return {
    sandbox() {
      if (current !== undefined && living?.alive !== false) return current;
      living = undefined;
      const started = start();
      current = started;
      started.then(
        async (sandbox) => onEvent({ type: "died", purpose, pid: sandbox.pid, message: await sandbox.dead }),
        () => {
          if (current === started) current = undefined;
        },
      );
      return started;
    },
    pid: () => (living?.alive ? living.pid : undefined),
    layers: () => (living?.alive ? living.layers : undefined),
    starts: () => starts,
    async renew() {
      const sandbox = await current?.catch(() => undefined);
      if (sandbox === undefined || !sandbox.alive) return;
      loads++;
      if (loads <= LOADS_MAX && (await isLoaded(sandbox))) return;
      // The next that is needed starts with the options of then.
      current = undefined;
      living = undefined;
      await sandbox.close();
    },
    async close() {
      // A process that never started has nothing to close, and whoever asked for it was told.
      const sandbox = await current?.catch(() => undefined);
      await sandbox?.close();
    },
  };
};
