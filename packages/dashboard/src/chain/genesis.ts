import type { Pool } from "../peers/pool.ts";

/** What the box for sending needs to know of a channel's rules. It is for convenience: peers and proofs decide. */
export type ChannelRules = {
  readonly peerSubmits: boolean;
  readonly scores: readonly string[];
  readonly defaultScore: string;
};

const TIMEOUT_MS = 15_000;

/** A channel's genesis document from the first peer that gives it. Throws when none does. */
const fetchGenesis = async (pool: Pool, signal: AbortSignal): Promise<string> => {
  let last: unknown;
  for (const url of pool.urls()) {
    try {
      const signals = [signal, AbortSignal.timeout(TIMEOUT_MS)];
      const response = await fetch(`${url}/api/v2/genesis`, { signal: AbortSignal.any(signals) });
      if (response.ok) return await response.text();
      last = new Error(`${url} refuses with ${response.status}`);
    } catch (error) {
      last = error;
    }
  }
  throw last ?? new Error("no peer is known");
};

/** The genesis document that peers give, asked for once: by whoever needs it first. */
export type PeersGenesis = {
  readonly text: () => Promise<string>;
  /** Asks anew, for a channel may have been founded anew since. */
  readonly renew: () => Promise<string>;
};

/** Remembers the document that a pool's peers give; a failure is not remembered. */
export const createPeersGenesis = (pool: Pool, signal: AbortSignal): PeersGenesis => {
  let last: Promise<string> | undefined;
  const renew = (): Promise<string> => {
    const asked = fetchGenesis(pool, signal);
    last = asked;
    asked.catch(() => {
      if (last === asked) last = undefined;
    });
    return asked;
  };
  return { renew, text: () => last ?? renew() };
};

type Document = {
  readonly policies?: { readonly peerSubmits?: unknown };
  readonly scores?: readonly { readonly name?: unknown }[];
  readonly defaultScore?: unknown;
};

/** A channel's rules as its genesis document has them. */
export const rulesOf = (genesisText: string): ChannelRules => {
  const document = JSON.parse(genesisText) as Document;
  return {
    peerSubmits: document.policies?.peerSubmits === true,
    scores: (document.scores ?? []).map(({ name }) => String(name)),
    defaultScore: String(document.defaultScore ?? ""),
  };
};
