import type { Frame } from "./frame.ts";
import { Life } from "./life.ts";
import type { LifeOptions } from "./life-options.ts";
import type { Peer } from "./node.ts";
import type { Random } from "./random.ts";

/**
 * Two instances of the shipped code with one key (Bano et al., "Twins", 2020), each seeing and seen by some of the
 * others, so that they equivocate without knowing it. Who sees whom changes as time goes on.
 */
export class Twins implements Peer {
  readonly #lives: readonly Life[];
  readonly #random: Random;
  readonly #sides = new Map<string, number>();
  readonly #now: () => number;

  constructor(optionsOf: (twin: number) => LifeOptions, random: Random) {
    this.#random = random;
    this.#now = optionsOf(0).schedule.nowMs;
    this.#lives = [0, 1].map((twin) => {
      const options = optionsOf(twin);
      const send = (to: number, frame: Frame): void => {
        if (this.#sees(twin, to)) options.send(to, frame);
      };
      return new Life({ ...options, send });
    });
  }

  /** For some 100 ms each node talks with one of the twins, with both or with none. */
  #sees(twin: number, other: number): boolean {
    const key = `${other} ${Math.floor(this.#now() / 100)}`;
    const side = this.#sides.get(key) ?? this.#random.pick([0, 0, 1, 1, 2, 3]);
    this.#sides.set(key, side);
    return side === 2 || side === twin;
  }

  start(): void {
    for (const life of this.#lives) life.start();
  }

  isUp(): boolean {
    return true;
  }

  connected(peer: number): void {
    for (const life of this.#lives) life.connected(peer);
  }

  submit(id: number): void {
    for (const life of this.#lives) life.submit(id);
  }

  receive(from: number, frame: Frame): void {
    this.#lives.forEach((life, twin) => {
      if (this.#sees(twin, from)) life.receive(from, frame);
    });
  }
}
