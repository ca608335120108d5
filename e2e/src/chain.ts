import assert from "node:assert/strict";
import { getJson } from "./json.ts";
import { until } from "./until.ts";

/** A peer's view of its channel. */
export type Head = {
  readonly height: number;
  readonly executedHeight: number;
  readonly blockId: string;
  readonly stateRoot: string;
  readonly transactionCount: number;
  readonly channelId: string;
  readonly halted?: string;
  readonly diverged?: number;
  readonly consensus: { readonly leaderId: string };
};

/** A block as REST v2 shows it. */
export type ShownBlock = {
  readonly id: string;
  readonly height: number;
  readonly parentId: string;
  readonly proposer: string;
  readonly transactions: readonly string[];
};

export const headOf = async (url: string): Promise<Head> =>
  (await getJson(`${url}/api/v2/status`)) as unknown as Head;

/** How many requests are under way at one peer. */
const AT_ONCE = 16;

/** All blocks of a peer from height 1 to `height`, in order. */
export const readChain = async (url: string, height: number): Promise<readonly ShownBlock[]> => {
  const blocks: ShownBlock[] = [];
  let next = 1;
  const readOn = async (): Promise<void> => {
    for (let at = next++; at <= height; at = next++)
      blocks[at - 1] = (await getJson(`${url}/api/v2/blocks/${at}`)) as unknown as ShownBlock;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readOn));
  return blocks;
};

/** Waits until all peers show the same head, executed, with one state root; returns it. Nobody may be submitting. */
export const agreedHead = (urls: readonly string[], timeoutMs = 30_000): Promise<Head> =>
  until(
    "all peers show one head and one state",
    async () => {
      const heads = await Promise.all(urls.map(headOf));
      const [first] = heads as [Head, ...Head[]];
      const isSame = heads.every(
        (head) =>
          head.blockId === first.blockId &&
          head.stateRoot === first.stateRoot &&
          head.executedHeight === head.height,
      );
      return isSame && first;
    },
    timeoutMs,
  );

/**
 * Reads every block from every peer and checks that they hold one and the same chain, in which no transaction stands
 * twice. Returns the transactions' ids.
 */
export const auditChains = async (urls: readonly string[], height: number): Promise<ReadonlySet<string>> => {
  const chains = await Promise.all(urls.map((url) => readChain(url, height)));
  const [first] = chains as [readonly ShownBlock[]];
  for (const chain of chains) assert.deepEqual(chain, first);
  first.forEach((block, at) => {
    assert.equal(block.height, at + 1);
    if (at > 0) assert.equal(block.parentId, first[at - 1]?.id);
  });
  const ids = first.flatMap((block) => block.transactions);
  const seen = new Set(ids);
  assert.equal(seen.size, ids.length, "no transaction stands twice in the chain");
  return seen;
};
