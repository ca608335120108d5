import type { Bytes, CryptoSuite } from "@dure/crypto";
import { markForSnapshot, verifyCheckpoint } from "@dure/ledger";
import { trustOf } from "@dure/ledger/proof";
import { decodeText } from "@dure/types";
import { NodeError } from "../error.ts";
import type { Links } from "./links.ts";

export type BehindOptions = {
  readonly suite: CryptoSuite;
  /** The channel's directory in the peer's home. */
  readonly directory: string;
  /** The genesis document's bytes. */
  readonly genesis: Bytes;
  readonly links: Pick<Links, "connected" | "send">;
  /** The height of the committed tip. */
  readonly height: () => number;
  readonly onRefused: (peerId: string, reason: string) => void;
  /** The process has to start anew, or cannot write. */
  readonly onFailed: (error: unknown) => void;
};

/**
 * A peer that lacks blocks which nobody connected seems to have any more. It does not take that from anyone's word: a
 * checkpoint that a quorum signed, with a base above its head, shows that the chain went on without it. Then its home is
 * marked, and the next start begins with a snapshot.
 */
export class Behind {
  readonly #options: BehindOptions;
  /** One answer of each is looked at. */
  readonly #asked = new Set<string>();

  constructor(options: BehindOptions) {
    this.#options = options;
  }

  /** Asks all for what would prove it. */
  ask(): void {
    const { links } = this.#options;
    for (const peerId of links.connected()) {
      this.#asked.add(peerId);
      links.send(peerId, { type: "getCheckpoint" });
    }
  }

  /** A checkpoint from a peer; one that was not asked for is not read. */
  receive(peerId: string, bytes: Bytes): void {
    if (!this.#asked.delete(peerId) || bytes.length === 0) return;
    const { suite, genesis, height, onRefused } = this.#options;
    const trusted = trustOf(suite, decodeText(genesis) ?? "");
    const verdict = trusted.ok ? verifyCheckpoint(trusted.trust, bytes) : trusted;
    if (!verdict.ok) return onRefused(peerId, `a checkpoint: ${verdict.message}`);
    const { baseHeight } = verdict.checkpoint;
    if (baseHeight <= height()) return;
    this.#asked.clear();
    this.#end(`the blocks from ${height() + 1} to ${baseHeight} were pruned by all connected peers`);
  }

  #end(why: string): void {
    const { directory, onFailed } = this.#options;
    const message = `${why}: start this peer again, and it begins with a snapshot`;
    markForSnapshot(directory, why)
      .then(() => onFailed(new NodeError("BLOCKS_PRUNED", message)))
      .catch(onFailed);
  }
}
