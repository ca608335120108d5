import type { Event } from "../emit.ts";
import type { Death } from "./kept-process.ts";
import type { Ports } from "./ports.ts";

/** A process of a devnet that runs. */
export type RunningProcess = {
  readonly name: string;
  readonly pid: number;
  readonly ports: Ports;
  /** Where its REST answers. */
  readonly url: string;
  readonly log: string;
};

/** A devnet that runs. */
export type Running = {
  readonly home: string;
  readonly channelId: string;
  /** Whether it was founded just now, rather than resumed. */
  readonly isNew: boolean;
  readonly processes: readonly RunningProcess[];
};

/** How a supervisor tells what it does. */
export type Reporter = {
  /** Shows a step, with its time, while the work is done; passes its result or error on. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  childEvent(name: string, event: Event): void;
  ready(running: Running): void;
  died(death: Death): void;
  restarted(name: string, pid: number): void;
  stopped(): void;
};
