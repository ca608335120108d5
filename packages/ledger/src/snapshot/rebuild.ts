import { type Bytes, type CryptoSuite, HASH_BYTES } from "@dure/crypto";
import { compareBytes, concatBytes, equalBytes } from "@dure/types";
import {
  BRANCHES,
  bucketHash,
  childHash,
  childPath,
  emptyChildren,
  emptyHash,
  entryHash,
  keyHash,
  LEAF_BYTES,
  leafKey,
  nodeHash,
  PATH_DIGITS,
  pathOf,
} from "../state/entry.ts";
import { encodeHeld } from "../state/held.ts";
import { noteWrite, versionText } from "../state/history.ts";
import { byteKey, type Changes, type KeyValue } from "../state/key-value.ts";
import { createStoredNodes, type StoredNodes } from "../state/nodes.ts";
import { NAME_PREFIX, VALUE_PREFIX } from "../state/state.ts";
import { buildTree, type NodeStore, type TreeNode, type TreeRoot } from "../state/tree.ts";
import { type Branch, decodeAnswer, type StateEntry } from "./answer.ts";

type Leaf = { readonly keyHash: Bytes; readonly entry: StateEntry; readonly entryHash: Bytes };

/** The hash of a node that is made of branches, and the children of the inner nodes on the way; undefined if they do not fit together. */
const joinBranches = (
  suite: CryptoSuite,
  path: string,
  branches: readonly Branch[],
): { readonly hash: Bytes; readonly inner: ReadonlyMap<string, Bytes> } | undefined => {
  const inner = new Map<string, Bytes>();
  const join = (suffix: string, below: readonly Branch[]): Bytes | undefined => {
    const exact = below.find((branch) => branch.suffix === suffix);
    // A branch beside branches further down its own path would be asked for and hashed nowhere.
    if (exact !== undefined) return below.length === 1 ? exact.hash : undefined;
    const children = emptyChildren(suite);
    for (let digit = 0; digit < BRANCHES; digit++) {
      const child = childPath(suffix, digit);
      const part = below.filter((branch) => branch.suffix.startsWith(child));
      const hash = part.length === 0 ? emptyHash(suite) : join(child, part);
      if (hash === undefined) return undefined;
      children.set(hash, digit * HASH_BYTES);
    }
    inner.set(path + suffix, children);
    return nodeHash(suite, children);
  };
  const hash = branches.length === 0 ? undefined : join("", branches);
  return hash && { hash, inner };
};

/**
 * A state made anew from answers of peers that need not be trusted: each is checked against the hash that the one above
 * it names, up to the root that a quorum attested. Answers may come in any order that the asked paths allow.
 */
export class StateRebuild {
  readonly #suite: CryptoSuite;
  readonly #keyValue: KeyValue;
  readonly #store: StoredNodes;
  readonly #tree: TreeRoot;
  /** Paths to ask for, and the hashes that the answers must have; of whole paths, the hash of the entry. */
  readonly #wanted = new Map<string, Bytes>();
  /** Nodes above what was built, by path. */
  readonly #inner = new Map<string, Bytes>();
  /** Number of keys of what was built, by path. */
  readonly #built = new Map<string, number>();
  #keys = 0;

  /** `tree` is what the attested root was made of: its holder has checked that. */
  constructor(suite: CryptoSuite, keyValue: KeyValue, tree: TreeRoot) {
    this.#suite = suite;
    this.#keyValue = keyValue;
    this.#store = createStoredNodes(suite, keyValue);
    this.#tree = tree;
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
    if (equalBytes(hash, emptyHash(this.#suite))) this.#built.set(path, 0);
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
        return path.length === PATH_DIGITS
          ? this.#takeEntry(path, expected, answer.entries)
          : this.#takeEntries(path, expected, answer.entries);
    }
  }

  #takeBranches(path: string, expected: Bytes, branches: readonly Branch[]): string | undefined {
    const joined = joinBranches(this.#suite, path, branches);
    if (joined === undefined || !equalBytes(joined.hash, expected))
      return "branches that do not lead to the attested root";
    this.#wanted.delete(path);
    for (const [at, node] of joined.inner) this.#inner.set(at, node);
    for (const { suffix, hash } of branches) this.#want(path + suffix, hash);
    return undefined;
  }

  /** The hash says that they are a bucket of this path, in order: what stands under each is asked for by itself. */
  #takeLeaves(path: string, expected: Bytes, leaves: Bytes): string | undefined {
    if (!equalBytes(bucketHash(this.#suite, leaves), expected))
      return "leaves that do not lead to the attested root";
    this.#wanted.delete(path);
    this.#store.set(path, { kind: "bucket", leaves });
    const count = leaves.length / LEAF_BYTES;
    this.#built.set(path, count);
    for (let at = 0; at < count; at++) {
      const hash = leaves.slice(at * LEAF_BYTES + HASH_BYTES, (at + 1) * LEAF_BYTES);
      this.#wanted.set(pathOf(leafKey(leaves, at), PATH_DIGITS), hash);
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
      pathOf(leaf.keyHash, PATH_DIGITS) !== path ||
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
    const isMisplaced = ({ keyHash: hash }: Leaf, at: number): boolean =>
      pathOf(hash, path.length) !== path ||
      (at > 0 && compareBytes((leaves[at - 1] as Leaf).keyHash, hash) >= 0);
    if (leaves.some(isMisplaced)) return isWrong;
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
      const record = encodeHeld(entry);
      changes.set(byteKey(VALUE_PREFIX, entry.key), record);
      changes.set(byteKey(NAME_PREFIX, hash), entry.key);
      noteWrite(changes, byteKey("", entry.key), versionText(entry.version), record);
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
      const children = this.#inner.get(path) as Bytes;
      let count = 0;
      for (let digit = 0; digit < BRANCHES; digit++)
        if (!equalBytes(childHash(children, digit), emptyHash(this.#suite)))
          count += countOf(childPath(path, digit));
      this.#store.set(path, { kind: "inner", count, children });
      return count;
    };
    if (countOf("") !== this.#tree.count)
      throw new Error("the attested root is of another number of keys than its tree has");
    this.#store.flush(changes);
  }
}
