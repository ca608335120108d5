import type { BlockFacts } from "@dure/ledger/proof";
import { withAnyPeer } from "../any-peer.ts";
import type { Client } from "../client.ts";
import { ClientError } from "../error.ts";
import { blockFrom } from "../get-block.ts";
import { lied } from "../verified.ts";
import { type Cursor, formatCursor } from "./cursor.ts";
import { eventsOf } from "./derive.ts";
import { EVENT_TYPES, type FollowEvent, type FollowOptions } from "./event.ts";
import { createPatience } from "./patience.ts";
import { rawEvents } from "./raw.ts";

/** What peers may say when they do not have a height yet. */
const NOT_YET = new Set(["BLOCK_UNKNOWN", "PROOF_NOT_READY"]);

/** Peers are asked this often whether there is more, even if none says so: one may keep silent. */
const LOOK_MS = 2_000;

/** The block of a height, verified and executed, whose parent is the block had before; undefined if it is not there yet. */
const blockAt = async (
  client: Client,
  height: number,
  parentId: string | undefined,
  signal: AbortSignal,
): Promise<BlockFacts | undefined> => {
  try {
    return await withAnyPeer(client, async (peer) => {
      const { facts } = await blockFrom(client, peer, height, { signal });
      if (parentId !== undefined && facts.header.parentId !== parentId)
        throw lied(peer, `block ${height} does not follow the one before`);
      if (facts.receipts === undefined)
        throw new ClientError("PROOF_NOT_READY", `block ${height} is not executed yet`, { peer: peer.url });
      return facts;
    });
  } catch (error) {
    if (error instanceof ClientError && NOT_YET.has(error.code)) return undefined;
    throw error;
  }
};

/** Sleeps until a peer says that something was executed, or a while has passed. */
const createBell = (client: Client, signal: AbortSignal) => {
  let rung = false;
  let rouse: (() => void) | undefined;
  const ring = (): void => {
    rung = true;
    rouse?.();
  };
  const listening = (async () => {
    for await (const _ of rawEvents(client, { types: ["executed"], signal })) ring();
  })().catch(() => undefined);
  signal.addEventListener("abort", ring, { once: true });
  return {
    listening,
    sleep: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          rouse = undefined;
          rung = false;
          resolve();
        };
        const timer = setTimeout(wake, ms);
        if (rung) wake();
        else rouse = wake;
      }),
  };
};

/**
 * The events of the chain, derived here from blocks that were verified from the genesis. What a peer's stream says only
 * tells when to look, so no peer can invent, change, drop or reorder anything.
 */
export async function* verifiedEvents(
  client: Client,
  start: Cursor,
  { types, score, sender, signal }: FollowOptions & { readonly signal: AbortSignal },
): AsyncGenerator<FollowEvent> {
  const wanted = new Set(types ?? EVENT_TYPES);
  const isWanted = (
    event: { readonly type: string; readonly score?: string },
    from: string | undefined,
  ): boolean => {
    if (!wanted.has(event.type as FollowEvent["type"])) return false;
    if (event.type !== "transaction" && event.type !== "score") return true;
    return (score === undefined || event.score === score) && (sender === undefined || from === sender);
  };
  const ended = new AbortController();
  const bell = createBell(client, AbortSignal.any([signal, ended.signal]));
  const patience = createPatience();
  let cursor = start;
  let parentId: string | undefined;
  try {
    while (!signal.aborted) {
      const height = cursor.executed + 1;
      let facts: BlockFacts | undefined;
      try {
        facts = await blockAt(client, height, parentId, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ClientError)) throw error;
        await bell.sleep(patience.next());
        continue;
      }
      patience.renew();
      const derived = facts === undefined ? undefined : eventsOf(client, facts);
      if (facts === undefined || derived === undefined) {
        await bell.sleep(LOOK_MS);
        continue;
      }
      for (const { event, sender: from, cursor: next } of derived) {
        const isHad =
          event.type === "block"
            ? cursor.final >= height
            : event.type !== "executed" && next.items <= cursor.items;
        if (isHad) continue;
        cursor = {
          final: Math.max(cursor.final, height),
          executed: next.executed,
          items: event.type === "block" ? cursor.items : next.items,
        };
        if (isWanted(event, from)) yield { ...event, cursor: formatCursor(cursor) } as FollowEvent;
      }
      parentId = facts.id;
    }
  } finally {
    ended.abort();
    await bell.listening;
  }
}
