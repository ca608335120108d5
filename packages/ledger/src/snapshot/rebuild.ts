import { type Bytes, type CryptoSuite, HASH_BYTES } from "@dure/crypto";
import { compareBytes, concatBytes, equalBytes } from "@dure/types";
import { bucketHash, entryHash, keyHash, LEAF_BYTES, leafKey, nodeHash, pathOf } from "../state/entry.ts";
import { noteWrite } from "../state/history.ts";
import { byteKey, type Changes, type KeyValue } from "../state/key-value.ts";
import { createPageStore } from "../state/pages.ts";
import { encodeHeld, NAME_PREFIX, VALUE_PREFIX } from "../state/state.ts";
import { buildTree, type NodeStore, type TreeNode, type TreeRoot } from "../state/tree.ts";
import { type Branch, decodeAnswer, type StateEntry } from "./answer.ts";

const PATH_BITS = 8 * HASH_BYTES;

type Inner = { readonly left: Bytes; readonly right: Bytes };
type Leaf = { readonly keyHash: Bytes; readonly entry: StateEntry; readonly entryHash: Bytes };

/** The hash of a node that is made of branches, and the inner nodes on the way; undefined if they do not fit together. */
const joinBranches = (
  suite: CryptoSuite,
  path: string,
  branches: readonly Branch[],
): { readonly hash: Bytes; readonly inner: ReadonlyMap<string, Inner> } | undefined => {
  const hashes = new Map(branches.map(({ suffix, hash }) => [suffix, hash]));
  if (hashes.size !== branches.length || hashes.size < 2) return undefined;
  const inner = new Map<string, Inner>();
  let used = 0;
  const join = (suffix: string, levels: number): Bytes | undefined => {
    const given = hashes.get(suffix);
    if (given !== undefined) {
      used += 1;
      return given;
    }
    if (levels === 0) return undefined;
    const left = join(`${suffix}0`, levels - 1);
    const right = left && join(`${suffix}1`, levels - 1);
    if (left === undefined || right === undefined) return undefined;
    inner.set(path + suffix, { left, right });
    return nodeHash(suite, left, right);
  };
  const hash = join("", Math.max(...branches.map(({ suffix }) => suffix.length)));
  return hash === undefined || used !== hashes.size ? undefined : { hash, inner };
};

/**
 * A state made anew from answers of peers that need not be trusted: each is checked against the hash that the one above
 * it names, up to the root that a quorum attested. Answers may come in any order that the asked paths allow.
 */
export class StateRebuild {
  readonly #suite: CryptoSuite;
  readonly #keyValue: KeyValue;
  readonly #store: ReturnType<typeof createPageStore>;
  readonly #tree: TreeRoot;
  /** Paths to ask for, and the hashes that the answers must have; of whole paths, the hash of the entry. */
  readonly #wanted = new Map<string, Bytes>();
  /** Nodes above what was built, by path. */
  readonly #inner = new Map<string, Inner>();
  /** Number of keys of what was built, by path. */
  readonly #built = new Map<string, number>();
  readonly #emptyHash: Bytes;
  #keys = 0;

  /** `tree` is what the attested root was made of: its holder has checked that. */
  constructor(suite: CryptoSuite, keyValue: KeyValue, tree: TreeRoot) {
    this.#suite = suite;
    this.#keyValue = keyValue;
    this.#store = createPageStore(keyValue);
    this.#tree = tree;
    this.#emptyHash = bucketHash(suite, new Uint8Array(0));
    this.#want("", tree.top);
  }

  /** The paths whose subtrees are still to be asked for. */
  wanted(): Iterable<string> {
    return this.#wanted.keys();
  }

  get isWhole(): boolean {
    return this.#wanted.size === 0;
  }

  /** Keys taken so far, of so many. */
  get progress(): { readonly keys: number; readonly of: number } {
    return { keys: this.#keys, of: this.#tree.count };
  }

  #want(path: string, hash: Bytes): void {
    if (equalBytes(hash, this.#emptyHash)) this.#built.set(path, 0);
    else this.#wanted.set(path, hash);
  }

  /** Takes the answer for a wanted path; why it is refused, if it is not what the tree holds there. */
  async take(path: string, bytes: Bytes): Promise<string | undefined> {
    const expected = this.#wanted.get(path);
    if (expected === undefined) return undefined;
    const decoded = decodeAnswer(bytes);
    if (!decoded.ok) return decoded.message;
    const answer = decoded.value;
    switch (answer.kind) {
      case "branches":
        return this.#takeBranches(path, expected, answer.branches);
      case "leaves":
        return this.#takeLeaves(path, expected, answer.leaves);
      case "entries":
        return path.length === PATH_BITS
          ? this.#takeEntry(path, expected, answer.entries)
          : this.#takeEntries(path, expected, answer.entries);
    }
  }

  #takeBranches(path: string, expected: Bytes, branches: readonly Branch[]): string | undefined {
    const joined = joinBranches(this.#suite, path, branches);
    if (joined === undefined || path.length + 1 >= PATH_BITS || !equalBytes(joined.hash, expected))
      return "branches that do not lead to the attested root";
    this.#wanted.delete(path);
    for (const [at, node] of joined.inner) this.#inner.set(at, node);
    for (const { suffix, hash } of branches) this.#want(path + suffix, hash);
    return undefined;
  }

  /** Leaves in order, unlike one another, and of this path: so far as the hash does not say it. */
  #takeLeaves(path: string, expected: Bytes, leaves: Bytes): string | undefined {
    if (!equalBytes(bucketHash(this.#suite, leaves), expected))
      return "leaves that do not lead to the attested root";
    this.#wanted.delete(path);
    this.#store.set(path, { kind: "bucket", leaves });
    const count = leaves.length / LEAF_BYTES;
    this.#built.set(path, count);
    for (let at = 0; at < count; at++) {
      const hash = leaves.slice(at * LEAF_BYTES + HASH_BYTES, (at + 1) * LEAF_BYTES);
      this.#wanted.set(pathOf(leafKey(leaves, at), PATH_BITS), hash);
    }
    return undefined;
  }

  #leafOf(entry: StateEntry): Leaf {
    const suite = this.#suite;
    return {
      keyHash: keyHash(suite, entry.key),
      entry,
      entryHash: entryHash(suite, entry.key, entry.version, entry.value),
    };
  }

  async #takeEntry(
    path: string,
    expected: Bytes,
    entries: readonly StateEntry[],
  ): Promise<string | undefined> {
    const [leaf] = entries.map((entry) => this.#leafOf(entry));
    if (
      leaf === undefined ||
      entries.length !== 1 ||
      pathOf(leaf.keyHash, PATH_BITS) !== path ||
      !equalBytes(leaf.entryHash, expected)
    )
      return "an entry that does not lead to the attested root";
    this.#wanted.delete(path);
    await this.#write([leaf]);
    return undefined;
  }

  async #takeEntries(
    path: string,
    expected: Bytes,
    entries: readonly StateEntry[],
  ): Promise<string | undefined> {
    const leaves = entries
      .map((entry) => this.#leafOf(entry))
      .sort((a, b) => compareBytes(a.keyHash, b.keyHash));
    const isWrong = "entries that do not lead to the attested root";
    if (leaves.some((leaf) => pathOf(leaf.keyHash, path.length) !== path)) return isWrong;
    const nodes = new Map<string, TreeNode | undefined>();
    const store: NodeStore = { get: (at) => nodes.get(at), set: (at, node) => void nodes.set(at, node) };
    const bytes = concatBytes(leaves.flatMap((leaf) => [leaf.keyHash, leaf.entryHash]));
    const built = buildTree(this.#suite, store, path, bytes);
    if (!equalBytes(built.hash, expected)) return isWrong;
    this.#wanted.delete(path);
    for (const [at, node] of nodes) this.#store.set(at, node);
    this.#built.set(path, built.count);
    await this.#write(leaves);
    return undefined;
  }

  async #write(leaves: readonly Leaf[]): Promise<void> {
    const changes: Changes = new Map();
    for (const { keyHash: hash, entry } of leaves) {
      changes.set(byteKey(VALUE_PREFIX, entry.key), encodeHeld(entry));
      changes.set(byteKey(NAME_PREFIX, hash), entry.key);
      noteWrite(changes, entry.key, entry.version, entry.value);
    }
    this.#keys += leaves.length;
    this.#store.flush(changes);
    await this.#keyValue.write(changes);
  }

  /**
   * Adds the nodes above what was built to a batch, once nothing is wanted any more. Throws if the tree has another
   * number of keys than the attested root says: no quorum of honest validators attests that.
   */
  finish(changes: Changes): void {
    if (!this.isWhole) throw new Error("the state is not whole yet");
    const countOf = (path: string): number => {
      const built = this.#built.get(path);
      if (built !== undefined) return built;
      const { left, right } = this.#inner.get(path) as Inner;
      const count = countOf(`${path}0`) + countOf(`${path}1`);
      this.#store.set(path, { kind: "inner", count, left, right });
      return count;
    };
    if (countOf("") !== this.#tree.count)
      throw new Error("the attested root is of another number of keys than its tree has");
    this.#store.flush(changes);
  }
}
