import type { Bytes } from "@dure/crypto";
import type { Ledger } from "@dure/ledger";
import { encodeBlock, type Hash } from "@dure/types";
import type { Logger } from "pino";
import { blockOf, type HeldBlock } from "./candidates.ts";
import type { Frame } from "./frame.ts";
import type { Links } from "./links.ts";
import { blockBytes, blockRange } from "./log-read.ts";
import { Requests } from "./requests.ts";

export type ServingOptions = {
  readonly ledger: Ledger;
  readonly links: Links;
  readonly frameBytesMax: number;
  /** An uncommitted block with its data, if this node holds it. */
  readonly heldBlock: (id: Hash) => HeldBlock | undefined;
  /** An execution certificate's bytes, if this node holds it. */
  readonly certificateBytes: (height: number) => Bytes | undefined;
  /** The bytes of the newest snapshot's checkpoint; none if there is no snapshot yet. */
  readonly checkpoint: () => Promise<Bytes>;
  readonly logger: Logger;
};

const NOTHING = new Uint8Array(0);

/** Answers what other peers ask of this one's blocks and certificates. What is not held is not answered. */
export class Serving {
  readonly #options: ServingOptions;
  readonly #requests = new Requests();

  constructor(options: ServingOptions) {
    this.#options = options;
  }

  /** A block by its id, whether it is committed or not. */
  block(peerId: string, id: Hash): void {
    const { links, ledger, heldBlock, logger } = this.#options;
    const held = heldBlock(id);
    if (held !== undefined) {
      links.send(peerId, { type: "block", block: encodeBlock(blockOf(held)) });
      return;
    }
    this.#requests
      .serve(peerId, () => blockBytes(ledger, id))
      .then((bytes) => bytes !== undefined && links.send(peerId, { type: "block", block: bytes }))
      .catch((error: unknown) => logger.error({ err: error }, "a block could not be read for another peer"));
  }

  /** Committed blocks from a height on. */
  blocks(peerId: string, fromHeight: number): void {
    const { links, ledger, frameBytesMax } = this.#options;
    const baseHeight = ledger.baseHeight();
    if (fromHeight <= baseHeight && baseHeight > 0) {
      links.send(peerId, { type: "pruned", fromHeight, baseHeight });
      return;
    }
    this.#answer(
      peerId,
      "blocks",
      () => blockRange(ledger, fromHeight, frameBytesMax / 2),
      (blocks) => ({ type: "blocks", fromHeight, blocks }),
    );
  }

  /** The checkpoint of the newest snapshot. */
  checkpoint(peerId: string): void {
    const { checkpoint } = this.#options;
    this.#answer(peerId, "a checkpoint", checkpoint, (bytes) => ({ type: "checkpoint", checkpoint: bytes }));
  }

  /** What stands in a subtree of a snapshot. */
  state(peerId: string, height: number, path: string): void {
    const { ledger } = this.#options;
    this.#answer(
      peerId,
      "a snapshot",
      async () => (await ledger.readSnapshot(height, path)) ?? NOTHING,
      (answer) => ({ type: "state", height, path, answer }),
    );
  }

  #answer<T>(peerId: string, what: string, read: () => Promise<T>, frameOf: (found: T) => Frame): void {
    const { links, logger } = this.#options;
    this.#requests
      .serve(peerId, read)
      .then((found) => found !== undefined && links.send(peerId, frameOf(found)))
      .catch((error: unknown) => logger.error({ err: error, what }, "it could not be read for another peer"));
  }

  /** The execution certificate of a height. */
  execution(peerId: string, height: number): void {
    const { links, certificateBytes } = this.#options;
    const certificate = certificateBytes(height);
    if (certificate !== undefined) links.send(peerId, { type: "execution", certificate });
  }
}
