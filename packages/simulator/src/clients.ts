import { changeTo, type TransactionId } from "./body.ts";
import type { Frame } from "./frame.ts";
import type { Node } from "./node.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";
import type { Weather } from "./weather.ts";

export type ClientsOptions = {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly weather: Weather;
  readonly nodes: readonly Node[];
  readonly validators: number;
  readonly send: (from: number, to: number, frame: Frame) => void;
  readonly isCommitted: (id: TransactionId) => boolean;
};

/** Those who submit: at random nodes at random times, and again where a crash made their transaction forgotten. */
export class Clients {
  readonly #options: ClientsOptions;
  readonly #accepted: TransactionId[] = [];
  #isSubmitting = true;

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  get accepted(): number {
    return this.#accepted.length;
  }

  /** Accepted transactions that no log holds. */
  waiting(): readonly TransactionId[] {
    return this.#accepted.filter((id) => !this.#options.isCommitted(id));
  }

  #submit(): void {
    const { random, nodes, weather, validators, send } = this.#options;
    const node = random.pick(nodes);
    if (node.life === undefined) return;
    const id = this.#accepted.length + 1;
    this.#accepted.push(id);
    node.life.submit(id);
    if (weather.changes > 0 && random.chance(weather.changes)) this.#change(node);
    if (!random.chance(weather.gossip)) return;
    for (let to = 0; to < validators; to++)
      if (to !== node.index) send(node.index, to, { type: "transactions", ids: [id] });
  }

  /** An administrator changes the configuration at this node's epoch, and tells others of it. */
  #change({ index, life }: Node): void {
    const { validators, send } = this.#options;
    if (life === undefined) return;
    const ids = [changeTo(life.epoch + 1)];
    life.submit(ids[0] as TransactionId);
    for (let to = 0; to < validators; to++) if (to !== index) send(index, to, { type: "transactions", ids });
  }

  /** Submits again and again, until the faults end. */
  plan(): void {
    const { schedule, random, weather } = this.#options;
    schedule.after(random.gap(weather.submitEveryMs), () => {
      if (!this.#isSubmitting) return;
      this.#submit();
      this.plan();
    });
  }

  /** A few new transactions; and all that wait are submitted again, at these intervals, to nodes that are up. */
  settle(everyMs: number): void {
    this.#isSubmitting = false;
    for (let count = 0; count < 3; count++) this.#accepted.push(this.#accepted.length + 1);
    this.#submitAgain(everyMs);
  }

  #submitAgain(everyMs: number): void {
    const { schedule, random, nodes } = this.#options;
    const up = nodes.filter((node) => node.isUp());
    for (const id of this.waiting()) random.pick(up).life?.submit(id);
    schedule.after(everyMs, () => this.#submitAgain(everyMs));
  }
}
