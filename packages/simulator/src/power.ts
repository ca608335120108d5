import type { Coverage } from "./coverage.ts";
import type { Node } from "./node.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import type { Weather } from "./weather.ts";

export type PowerOptions = {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly weather: Weather;
  readonly nodes: readonly Node[];
  readonly coverage: Coverage;
  readonly onStarted: (node: Node) => void;
  readonly onCrashed: (node: Node) => void;
};

/** Rest after a crash at an effect, where the weather plans no crashes of its own. */
const REST_MS = 20;

/** Who has power: crashes at random times, of one, several or all nodes at once, and at random effects. */
export class Power {
  readonly #options: PowerOptions;
  #isReliable = false;
  /** Honest nodes that stay down once the faults end. */
  #leftDown: readonly number[] = [];
  #crashes = 0;

  constructor(options: PowerOptions) {
    this.#options = options;
  }

  get crashes(): number {
    return this.#crashes;
  }

  start(node: Node): void {
    if (node.isUp() || this.#leftDown.includes(node.index)) return;
    node.start();
    this.#options.onStarted(node);
  }

  #crash(node: Node, restMs: number): void {
    if (!node.isUp()) return;
    this.#crashes += 1;
    node.crash();
    this.#options.onCrashed(node);
    this.#options.schedule.after(restMs, () => this.start(node));
  }

  /** Whether a node crashes at this very effect; it has, then. */
  crashesNow(index: number): boolean {
    const { weather, random, nodes } = this.#options;
    if (this.#isReliable || weather.crashesPerEffect === 0 || !random.chance(weather.crashesPerEffect))
      return false;
    const node = nodes.find((at) => at.index === index);
    this.#options.coverage.note("fault: crash between two effects");
    if (node !== undefined) this.#crash(node, random.gap(weather.crashes.forMs || REST_MS));
    return true;
  }

  /** Crashes again and again, until the faults end. */
  plan(): void {
    const { schedule, random, weather, nodes } = this.#options;
    const { everyMs, forMs, all } = weather.crashes;
    if (everyMs === 0) return;
    schedule.after(random.gap(everyMs), () => {
      if (this.#isReliable) return;
      const isAll = random.chance(all);
      const restMs = random.gap(forMs);
      this.#options.coverage.note(isAll ? "fault: blackout of all" : "fault: crash");
      for (const node of nodes) {
        if (isAll) this.#crash(node, restMs);
        else if (random.chance(1 / nodes.length)) this.#crash(node, random.gap(forMs));
      }
      this.plan();
    });
  }

  /** From now on nobody crashes, and all are up but those who are gone for good. */
  settle(leftDown: readonly number[]): void {
    const { nodes } = this.#options;
    this.#isReliable = true;
    this.#leftDown = leftDown;
    for (const node of nodes) {
      if (leftDown.includes(node.index)) node.crash();
      else this.start(node);
    }
  }
}
