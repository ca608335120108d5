/** The beginning of an id, enough to tell it from its neighbours. */
export const shortId = (id: string): string => (id.length <= 14 ? id : `${id.slice(0, 12)}…`);

/** A peer's name without its organisation. */
export const shortPeer = (id: string): string => id.split(".")[0] ?? id;
