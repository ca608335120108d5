/**
 * A B+ tree of keys in state values: what gives a SCORE, whose reads are by key, its keys in order. Keys are
 * ordered by UTF-16 code unit, as JavaScript's `<` has it.
 *
 * Under the tree's prefix stand its head and, by number, its nodes: a leaf is an array of keys, a branch has
 * the numbers of its children and between each two of them a separator, a text above all keys of the one and
 * not above any of the other. A node is split when it outgrows NODE_WEIGHT_MAX, and joined with a neighbour
 * when it falls below a quarter of that and both fit into one. So of two neighbours one is at least a
 * quarter full, and a node stays a small value.
 */
import { limitOf, type Range } from "./collection.ts";
import { refuse } from "./refusal.ts";
import type { ReadableState, State } from "./state.ts";

type Leaf = string[];
type Branch = { readonly keys: string[]; readonly nodes: number[] };
type Head = { size: number; next: number; root: number };
type Step = { readonly id: number; readonly node: Branch; readonly at: number };

/** Some keys in order, and the `after` of the page that follows, or null after the last key. */
export type KeyPage = { readonly keys: readonly string[]; readonly next: string | null };

export type KeyTree = {
  /** Returns whether the key, an `orderedKey`, is new. Reads the head and a node a level; writes a leaf and the head. */
  add(key: string): boolean;
  /** Returns whether the key was there. */
  remove(key: string): boolean;
  size(): number;
  page(range: Range): KeyPage;
};

/** How long a key may be: of such keys a node still holds several. */
const KEY_CHARS_MAX = 400;

/** Returns the key if a tree takes it. @throws Refusal */
export const orderedKey = (key: string): string =>
  key.length <= KEY_CHARS_MAX ? key : refuse(`an ordered key must have at most ${KEY_CHARS_MAX} characters`);

/** In code units: a node's text is about 1.6 KB of ASCII, and below 5 KB of whatever there is. */
const NODE_WEIGHT_MAX = 1640;
/** A quarter of that. */
const NODE_WEIGHT_MIN = 410;

/** Returns the tree under a prefix, which no other key of the state may begin with. */
export const keyTree = (readable: ReadableState, prefix: string): KeyTree => {
  // A query's state has these operations too, and refuses to write.
  const state = readable as State;
  const nodeKey = (id: number): string => prefix + id;
  const head = (): Head | undefined => state.get<Head>(prefix);
  const read = (id: number): Leaf | Branch => state.get(nodeKey(id)) as unknown as Leaf | Branch;
  const write = (id: number, node: Leaf | Branch): void => state.set(nodeKey(id), node);

  const descend = (root: number, key: string): { id: number; leaf: Leaf; steps: Step[] } => {
    const steps: Step[] = [];
    let id = root;
    for (;;) {
      const node = read(id);
      if (isLeaf(node)) return { id, leaf: node, steps };
      const at = countUpTo(node.keys, key);
      steps.push({ id, node, at });
      id = node.nodes[at]!;
    }
  };

  /** Writes a node that has grown, and splits it, and then those above it, as far as they are too large. */
  const grow = (of: Head, id: number, node: Leaf | Branch, steps: Step[], isLast: boolean): void => {
    if (weightOf(node) <= NODE_WEIGHT_MAX) return write(id, node);
    const { separator, right } = isLeaf(node) ? splitLeaf(node, isLast) : splitBranch(node, isLast);
    const rightId = of.next++;
    write(id, node);
    write(rightId, right);
    const parent = steps.pop();
    if (parent === undefined) {
      of.root = of.next++;
      return write(of.root, { keys: [separator], nodes: [id, rightId] });
    }
    parent.node.keys.splice(parent.at, 0, separator);
    parent.node.nodes.splice(parent.at + 1, 0, rightId);
    return grow(of, parent.id, parent.node, steps, isLast);
  };

  /** Joins the right one of two neighbours into the left one, if they fit into one node. */
  const join = (parent: Step, leftAt: number, known: Leaf | Branch): boolean => {
    const isKnownLeft = parent.at === leftAt;
    const [leftId, rightId] = [parent.node.nodes[leftAt]!, parent.node.nodes[leftAt + 1]!];
    const other = read(isKnownLeft ? rightId : leftId);
    const [left, right] = isKnownLeft ? [known, other] : [other, known];
    const separator = parent.node.keys[leftAt]!;
    if (weightOf(left) + weightOf(right) + weightOfKey(separator) > NODE_WEIGHT_MAX) return false;
    if (isLeaf(left)) left.push(...(right as Leaf));
    else {
      left.keys.push(separator, ...(right as Branch).keys);
      left.nodes.push(...(right as Branch).nodes);
    }
    write(leftId, left);
    drop(parent, leftAt + 1, rightId);
    return true;
  };

  /** Takes a child out of its parent, with the separator beside it. */
  const drop = (parent: Step, at: number, id: number): void => {
    state.delete(nodeKey(id));
    parent.node.nodes.splice(at, 1);
    parent.node.keys.splice(at === 0 ? 0 : at - 1, 1);
  };

  /** Writes a node that has shrunk, and joins it, and then those above it, where they are too small. */
  const shrink = (of: Head, id: number, node: Leaf | Branch, steps: Step[]): void => {
    const parent = steps.pop();
    if (parent === undefined) return shrinkRoot(of, id, node);
    if (countOf(node) === 0) drop(parent, parent.at, id);
    else {
      const isJoined =
        weightOf(node) < NODE_WEIGHT_MIN &&
        ((parent.at > 0 && join(parent, parent.at - 1, node)) ||
          (parent.at < parent.node.nodes.length - 1 && join(parent, parent.at, node)));
      if (!isJoined) return write(id, node);
    }
    return shrink(of, parent.id, parent.node, steps);
  };

  const shrinkRoot = (of: Head, id: number, node: Leaf | Branch): void => {
    let [root, top] = [id, node];
    while (!isLeaf(top) && top.nodes.length === 1) {
      state.delete(nodeKey(root));
      root = top.nodes[0]!;
      top = read(root);
    }
    of.root = root;
    if (countOf(top) === 0) state.delete(nodeKey(root));
    else if (root === id) write(root, top);
  };

  /** Collects keys of a subtree in order until there are `limit` of them; returns whether to go on. */
  const collect = (id: number, bounds: Bounds, found: string[]): boolean => {
    const node = read(id);
    const keys = isLeaf(node) ? node : node.keys;
    const { low, high, isReverse } = bounds;
    const count = isLeaf(node) ? keys.length : keys.length + 1;
    let at = isLeaf(node) ? countBelow(keys, low) : countUpTo(keys, low);
    if (isReverse) at = high === undefined ? count - 1 : countBelow(keys, high) - (isLeaf(node) ? 1 : 0);
    for (; at >= 0 && at < count; at += isReverse ? -1 : 1) {
      if (!isLeaf(node)) {
        if (!collect(node.nodes[at]!, bounds, found)) return false;
        continue;
      }
      const key = node[at]!;
      if (isReverse ? key < low : high !== undefined && key >= high) return false;
      found.push(key);
      if (found.length === bounds.limit) return false;
    }
    return true;
  };

  return {
    add: (key) => {
      const of = head();
      if (of === undefined) {
        write(0, [key]);
        state.set(prefix, { size: 1, next: 1, root: 0 });
        return true;
      }
      const { id, leaf, steps } = descend(of.root, key);
      const at = countBelow(leaf, key);
      if (leaf[at] === key) return false;
      leaf.splice(at, 0, key);
      // Where keys come in order, each the last of all, full nodes are left behind instead of half-full ones.
      const isLast = at === leaf.length - 1 && steps.every((step) => step.at === step.node.nodes.length - 1);
      grow(of, id, leaf, steps, isLast);
      of.size++;
      state.set(prefix, of);
      return true;
    },
    remove: (key) => {
      const of = head();
      if (of === undefined) return false;
      const { id, leaf, steps } = descend(of.root, key);
      const at = countBelow(leaf, key);
      if (leaf[at] !== key) return false;
      leaf.splice(at, 1);
      shrink(of, id, leaf, steps);
      of.size--;
      if (of.size === 0) state.delete(prefix);
      else state.set(prefix, of);
      return true;
    },
    size: () => head()?.size ?? 0,
    page: (range) => {
      const limit = limitOf(range);
      const of = head();
      const found: string[] = [];
      // One more than the page holds tells whether another page follows.
      if (of !== undefined) collect(of.root, boundsOf(range, limit + 1), found);
      const keys = found.slice(0, limit);
      return { keys, next: found.length > limit ? keys[limit - 1]! : null };
    },
  };
};

/** Keys from low, included, to high, not included; undefined: to the end. */
type Bounds = {
  readonly low: string;
  readonly high: string | undefined;
  readonly isReverse: boolean;
  readonly limit: number;
};

const boundsOf = ({ from = "", to, prefix = "", reverse = false, after }: Range, limit: number): Bounds => {
  let low = from > prefix ? from : prefix;
  let high = least(to, endOf(prefix));
  if (after !== undefined && reverse) high = least(high, after);
  // The text that follows another one immediately is that text and a NUL.
  if (after !== undefined && !reverse && after >= low) low = `${after}\0`;
  return { low, high, isReverse: reverse, limit };
};

const least = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/** Returns the least text above all that begin with a prefix, or undefined if there is none. */
const endOf = (prefix: string): string | undefined => {
  for (let length = prefix.length; length > 0; length--) {
    const last = prefix.charCodeAt(length - 1);
    if (last < 0xffff) return prefix.slice(0, length - 1) + String.fromCharCode(last + 1);
  }
  return undefined;
};

const isLeaf = (node: Leaf | Branch): node is Leaf => Array.isArray(node);
const countOf = (node: Leaf | Branch): number => (isLeaf(node) ? node.length : node.nodes.length);

/** A key's quotes and comma, and a child's number, are counted as well. */
const weightOfKey = (key: string): number => key.length + 3;
const weightOf = (node: Leaf | Branch): number => {
  let weight = isLeaf(node) ? 0 : node.nodes.length * 6;
  for (const key of isLeaf(node) ? node : node.keys) weight += weightOfKey(key);
  return weight;
};

/** Returns how many of the sorted keys are below a key. */
const countBelow = (keys: readonly string[], key: string): number => {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Returns how many of the sorted keys are not above a key. */
const countUpTo = (keys: readonly string[], key: string): number => {
  const below = countBelow(keys, key);
  return keys[below] === key ? below + 1 : below;
};

/** Returns how many keys make half of the weight, but never none or all. */
const halfOf = (keys: readonly string[]): number => {
  let total = 0;
  for (const key of keys) total += weightOfKey(key);
  let count = 0;
  for (let weight = 0; 2 * weight < total; count++) weight += weightOfKey(keys[count]!);
  return Math.min(count, keys.length - 1);
};

/** Cuts a leaf in two: what stays is the left one. */
const splitLeaf = (leaf: Leaf, isLast: boolean): { separator: string; right: Leaf } => {
  const right = leaf.splice(isLast ? leaf.length - 1 : halfOf(leaf));
  return { separator: separate(leaf[leaf.length - 1]!, right[0]!), right };
};

/** Cuts a branch in two: what stays is the left one, and the separator between them moves up. */
const splitBranch = (branch: Branch, isLast: boolean): { separator: string; right: Branch } => {
  const at = Math.min(isLast ? Number.POSITIVE_INFINITY : halfOf(branch.keys), branch.keys.length - 2);
  const right = { keys: branch.keys.splice(at + 1), nodes: branch.nodes.splice(at + 1) };
  return { separator: branch.keys.pop()!, right };
};

/** Returns the shortest beginning of `right` that is above `left`, and no half of a surrogate pair at its end. */
const separate = (left: string, right: string): string => {
  let length = 0;
  while (length < left.length && left[length] === right[length]) length++;
  const isPairCut = (right.charCodeAt(length) & 0xfc00) === 0xd800;
  return right.slice(0, length + (isPairCut ? 2 : 1));
};
