/** The lanes of a link, each a stream of its own: `consensus` for small urgent frames, `bulk` for batches and sync. */
export const LANES = ["consensus", "bulk"] as const;

export type Lane = (typeof LANES)[number];

/** True for the name of a lane. */
export const isLane = (text: string): text is Lane => (LANES as readonly string[]).includes(text);
