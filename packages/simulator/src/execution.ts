import type { CryptoSuite } from "@dure/crypto";
import { type Execution, type Hash, hashBytes, toHash, ZERO_HASH } from "@dure/types";
import type { Committed, Disk } from "./disk.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

type Roots = Omit<Execution, "epoch">;

const rootsOf = (suite: CryptoSuite, before: Hash, { candidate }: Committed): Roots => ({
  height: candidate.header.height,
  stateRoot: toHash(suite.hash(hashBytes(before), candidate.bodyBytes)),
  receiptsRoot: toHash(suite.hash(candidate.bodyBytes)),
});

export type ExecutorOptions = {
  readonly suite: CryptoSuite;
  readonly disk: Disk;
  readonly schedule: Schedule;
  readonly random: Random;
  /** Mean time that a height takes. */
  readonly executeMs: number;
  readonly isAlive: () => boolean;
  readonly onExecuted: (execution: Omit<Execution, "epoch">) => void;
};

/**
 * The model of execution: the state root is a running hash over the committed bodies. It follows the log with a
 * delay, one height at a time, and after a crash goes on from a height that the derived state had reached.
 */
export class Executor {
  readonly #options: ExecutorOptions;
  readonly #results: Roots[] = [];
  #isRunning = false;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  #resultAt(height: number): Roots | undefined {
    const { suite, disk } = this.#options;
    for (let at = this.#results.length; at < height; at++) {
      const committed = disk.log[at];
      if (committed === undefined) return undefined;
      const before = this.#results[at - 1]?.stateRoot ?? ZERO_HASH;
      this.#results.push(rootsOf(suite, before, committed));
    }
    return this.#results[height - 1];
  }

  /** Results that the state holds and no certificate of an epoch covers, as that epoch attests them. */
  unattested(epoch: number): readonly Execution[] {
    const { executedHeight, execution, log } = this.#options.disk;
    const certified = execution?.epoch === epoch ? execution.height : (log.at(-1)?.executionHeight ?? 0);
    const results: Execution[] = [];
    for (let height = certified + 1; height <= executedHeight; height++) {
      const result = this.#resultAt(height);
      if (result !== undefined) results.push({ epoch, ...result });
    }
    return results;
  }

  /** Executes what the log has beyond the state, if it is not at it already. */
  run(): void {
    const { disk, schedule, random, executeMs, isAlive, onExecuted } = this.#options;
    if (this.#isRunning || disk.executedHeight >= disk.log.length) return;
    this.#isRunning = true;
    schedule.after(random.gap(executeMs), () => {
      if (!isAlive()) return;
      this.#isRunning = false;
      const execution = this.#resultAt(disk.executedHeight + 1);
      disk.executedHeight += 1;
      if (execution !== undefined) onExecuted(execution);
      this.run();
    });
  }
}
