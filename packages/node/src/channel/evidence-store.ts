import { mkdir, open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Evidence } from "@dure/consensus";
import { decodeEvidence, encodeEvidence } from "@dure/consensus";
import { fromBase64, toBase64 } from "@dure/types";
import type { Logger } from "pino";

const keyOf = ({ epoch, validator, second }: Evidence): string => `${epoch} ${validator} ${second.type}`;

/**
 * Evidence of faulty validators (lft.md rule 15), kept for ever: one line of base64 a finding, appended and synced. It
 * proves itself, so a line that does not read, or that a crash cut off, is passed over.
 */
export class EvidenceStore {
  readonly #path: string;
  readonly #known = new Map<string, Evidence>();
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string) {
    this.#path = path;
  }

  /** Opens the file of a channel, which need not exist. */
  static async open(path: string, logger: Logger): Promise<EvidenceStore> {
    const store = new EvidenceStore(path);
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    for (const line of text.split("\n").filter((each) => each !== "")) {
      const bytes = fromBase64(line);
      const evidence = bytes === undefined ? undefined : decodeEvidence(bytes);
      if (evidence?.ok === true) store.#known.set(keyOf(evidence.value), evidence.value);
      else logger.warn({ path }, "a line of evidence does not read and is passed over");
    }
    return store;
  }

  /** What is known, oldest first. */
  list(): readonly Evidence[] {
    return [...this.#known.values()];
  }

  /** Keeps evidence that the engine verified; false if it is known. Resolves once it is synced. */
  async add(evidence: Evidence): Promise<boolean> {
    if (this.#known.has(keyOf(evidence))) return false;
    this.#known.set(keyOf(evidence), evidence);
    const written = this.#writing.then(() => this.#append(`\n${toBase64(encodeEvidence(evidence))}\n`));
    this.#writing = written.catch(() => undefined);
    await written;
    return true;
  }

  async #append(line: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const file = await open(this.#path, "a", 0o600);
    try {
      await file.writeFile(line);
      await file.sync();
    } finally {
      await file.close();
    }
  }
}
