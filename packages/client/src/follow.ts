import type { Client } from "./client.ts";
import { ClientError } from "./error.ts";
import { cursorBefore, parseCursor } from "./follow/cursor.ts";
import { EVENT_TYPES, type FollowEvent, type FollowOptions } from "./follow/event.ts";
import { rawEvents } from "./follow/raw.ts";
import { verifiedEvents } from "./follow/verified.ts";
import { getBlock } from "./get-block.ts";

/** Where the chain ends now, for a follower who wants what comes after; undefined if the signal aborts. */
const headOf = async (client: Client, signal: AbortSignal): Promise<number | undefined> => {
  try {
    return (await getBlock(client, "last", { signal })).height;
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof ClientError && error.code === "BLOCK_UNKNOWN") return 0;
    throw error;
  }
};

/**
 * Follows the chain: blocks, transactions and SCORE events, each exactly once and in order, over reconnections, restarts
 * and peers. Every event carries a cursor; keep the last one, and the next `follow` goes on after it. Everything is
 * verified from the genesis before it is given, unless `verify` is false: then events come a little sooner, as one peer
 * tells them. Ends when the signal aborts or the loop is left. Throws ClientError `INPUT_INVALID`, or what a first look at
 * the head meets; later trouble is waited out.
 *
 * @example
 * for await (const event of follow(client, { from: 1, types: ["transaction"], score: "token" })) {
 *   if (event.type !== "transaction") continue;
 *   console.log(event.method, event.result, event.cursor);
 *   break;
 * }
 */
export async function* follow(client: Client, options: FollowOptions = {}): AsyncGenerator<FollowEvent> {
  const { from, types, verify = true } = options;
  const signal = options.signal ?? new AbortController().signal;
  if (from !== undefined && !(Number.isSafeInteger(from) && from >= 0))
    throw new ClientError("INPUT_INVALID", "from is a height");
  if (types?.some((type) => !EVENT_TYPES.includes(type)))
    throw new ClientError("INPUT_INVALID", `types are some of ${EVENT_TYPES.join(", ")}`);
  const given = options.cursor === undefined ? undefined : parseCursor(options.cursor);
  if (!verify) {
    yield* rawEvents(client, { ...options, signal });
    return;
  }
  if (types?.includes("consensus"))
    throw new ClientError(
      "INPUT_INVALID",
      "where consensus stands cannot be verified: ask with verify: false",
    );
  const head = given === undefined && from === undefined ? await headOf(client, signal) : 0;
  if (head === undefined) return;
  const start = given ?? cursorBefore(from ?? head + 1);
  yield* verifiedEvents(client, start, { ...options, signal });
}
