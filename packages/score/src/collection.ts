import { refuse } from "./refusal.ts";

/**
 * What a page is asked for. Every reading of many entries is a page, so that no call loads a whole collection.
 * The options may come from a client as they are.
 */
export type Range = {
  /** The least key, itself included. */
  readonly from?: string | undefined;
  /** The key at which it ends, itself not included. */
  readonly to?: string | undefined;
  /** Only keys that begin with it. */
  readonly prefix?: string | undefined;
  /** How many entries at most: 1 to 1,000, by default 100. */
  readonly limit?: number | undefined;
  /** Whether to go from the last to the first. */
  readonly reverse?: boolean | undefined;
  /** The `next` of the page before: go on behind it. */
  readonly after?: string | undefined;
};

/** Some entries, and `next`, the `after` of the page that follows, or null after the last entry. */
export type Page<Entry> = { readonly entries: readonly Entry[]; readonly next: string | null };

export type Entry<T> = { readonly key: string; readonly value: T };

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;

/** Returns how many entries a page has at most. @throws Refusal */
export const limitOf = ({ limit = LIMIT_DEFAULT }: Range): number =>
  Number.isInteger(limit) && limit >= 1 && limit <= LIMIT_MAX
    ? limit
    : refuse(`limit must be an integer from 1 to ${LIMIT_MAX}`);

/** A slash and a colon set the parts of a state key apart, so no part of a name holds one. */
const NAME = /^[A-Za-z0-9_-]{1,64}(?:\/[^/:]{1,128})*$/;

/**
 * Returns the name of a collection: 1 to 64 letters, digits, - or _, and after slashes whatever tells
 * collections of one kind apart, such as `history/42`.
 *
 * @throws Refusal, since what stands behind a slash may come from a client
 */
export const collectionName = (name: string): string =>
  NAME.test(name) ? name : refuse("a collection is named by letters, digits, - or _, then by parts after /");
