import type { Events } from "../answers.ts";

/** Who is told of what a stream carries. */
export type Heard = { readonly [Name in keyof Events]: (event: Events[Name]) => void } & {
  readonly opened: () => void;
};

/** Where a stream begins: at a height, or after the last event that was heard. */
export type Cursor = { readonly from: number } | { readonly after: string };

const TYPES = ["block", "transaction", "executed", "consensus"] as const;
/** A peer that does not open the stream within this is passed over. */
const OPEN_MS = 4_000;

/**
 * Listens to a peer's event stream until it ends or the signal is given. Resolves with the cursor of the last event,
 * from which any peer of the channel goes on with nothing lost or repeated.
 */
export const listen = (url: string, cursor: Cursor, heard: Heard, signal: AbortSignal): Promise<Cursor> =>
  new Promise((resolve) => {
    const query = new URLSearchParams({ types: TYPES.join(",") });
    if ("from" in cursor) query.set("from", String(cursor.from));
    else query.set("cursor", cursor.after);
    const source = new EventSource(`${url}/api/v2/events?${query}`);
    let last = cursor;
    const end = (): void => {
      clearTimeout(opening);
      signal.removeEventListener("abort", end);
      source.close();
      resolve(last);
    };
    const opening = setTimeout(end, OPEN_MS);
    const hear = <Name extends keyof Events>(name: Name, told: (event: Events[Name]) => void): void =>
      source.addEventListener(name, (event) => {
        if (event.lastEventId !== "") last = { after: event.lastEventId };
        told(JSON.parse(event.data) as Events[Name]);
      });
    hear("block", heard.block);
    hear("transaction", heard.transaction);
    hear("executed", heard.executed);
    hear("consensus", heard.consensus);
    source.addEventListener("open", () => {
      clearTimeout(opening);
      heard.opened();
    });
    // Both a lost connection and a peer's own word that it cannot go on: another peer is next either way.
    source.addEventListener("error", end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
