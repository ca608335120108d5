import type { Disk } from "./disk.ts";
import type { Frame } from "./frame.ts";
import { Life } from "./life.ts";
import type { LifeOptions } from "./life-options.ts";

/** Anything that stands at a place of the network. */
export type Peer = {
  readonly receive: (from: number, frame: Frame) => void;
  readonly isUp: () => boolean;
  readonly connected: (peer: number) => void;
};

/** An honest node: one disk, and one life after another. */
export class Node implements Peer {
  readonly index: number;
  readonly disk: Disk;
  readonly #options: LifeOptions;
  #life: Life | undefined;

  constructor(options: LifeOptions) {
    this.index = options.index;
    this.disk = options.disk;
    this.#options = options;
  }

  isUp(): boolean {
    return this.#life !== undefined;
  }

  get life(): Life | undefined {
    return this.#life;
  }

  start(): void {
    if (this.#life !== undefined) return;
    this.#life = new Life(this.#options);
    this.#life.start();
  }

  /** Power is cut: what is not on the disk is gone, and a write under way is wholly there or wholly absent. */
  crash(): void {
    const life = this.#life;
    this.#life = undefined;
    life?.crash();
  }

  receive(from: number, frame: Frame): void {
    this.#life?.receive(from, frame);
  }

  connected(peer: number): void {
    this.#life?.connected(peer);
  }
}
