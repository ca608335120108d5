/** What stands between a user and the first view of a long chain. */

import { type Quantiles, quantilesOf } from "../quantiles.ts";
import { type PeerProcess, startPeer } from "./peer-process.ts";
import { type BrowserTimes, timeInBrowser } from "./time-in-browser.ts";

const PATHS = ["/api/v2/status", "/api/v2/consensus", "/api/v2/blocks?limit=20", "/"] as const;
const [WARM_UP, REQUESTS] = [20, 200];
const COUNTED_MS = 600_000;
const LOOK_MS = 50;

/** All times in ms. */
export type FirstViewReport = {
  readonly blocks: number;
  /** From the peer's start to the first answer: the first time on this chain, and the next time. */
  readonly firstStartMs: number;
  readonly startMs: number;
  /** How long the first start took, from its first answer, to count the transactions of the chain. */
  readonly countMs: number;
  readonly requests: readonly (Quantiles & { readonly path: string; readonly bytes: number })[];
  readonly residentBytesAtStart: number;
  readonly residentBytes: number;
  /** Undefined without a browser, or where the page is not built. */
  readonly browser: BrowserTimes | undefined;
};

const ask = async (url: string): Promise<string> => {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${text.slice(0, 200)}`);
  return text;
};

const statusOf = async (
  url: string,
): Promise<{ readonly height: number; readonly transactionCount: number }> =>
  JSON.parse(await ask(`${url}/api/v2/status`)) as { height: number; transactionCount: number };

const timeRequests = async (url: string): Promise<Quantiles & { readonly bytes: number }> => {
  let bytes = 0;
  for (let at = 0; at < WARM_UP; at++) bytes = (await ask(url)).length;
  const samples: number[] = [];
  for (let at = 0; at < REQUESTS; at++) {
    const sinceMs = performance.now();
    await ask(url);
    samples.push(performance.now() - sinceMs);
  }
  return { bytes, ...quantilesOf(samples) };
};

/** Waits until the peer has counted its chain's transactions: until then it shows none. */
const counted = async (url: string): Promise<number> => {
  const sinceMs = performance.now();
  while ((await statusOf(url)).transactionCount === 0) {
    if (performance.now() - sinceMs > COUNTED_MS) throw new Error("the peer does not count its transactions");
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return performance.now() - sinceMs;
};

const withPeer = async <T>(directory: string, work: (peer: PeerProcess) => Promise<T>): Promise<T> => {
  const peer = await startPeer(directory);
  try {
    return await work(peer);
  } finally {
    await peer.stop();
  }
};

/**
 * Measures a peer on the chain in a directory of `makeLongChain`. Throws when the peer does not start, or does not hold
 * a chain of that length with data in it.
 */
export const measureFirstView = async (
  directory: string,
  blocks: number,
  hasBrowser: boolean,
): Promise<FirstViewReport> => {
  const first = await withPeer(directory, async ({ url, startMs }) => ({
    startMs,
    countMs: await counted(url),
  }));
  return withPeer(directory, async ({ url, startMs, residentBytes }) => {
    const residentBytesAtStart = residentBytes();
    const { height } = await statusOf(url);
    if (height !== blocks)
      throw new Error(`the chain has ${height} blocks, not ${blocks}: name another --home`);
    const hasPage = (await fetch(url)).ok;
    const requests = [];
    for (const path of PATHS)
      if (path !== "/" || hasPage) requests.push({ path, ...(await timeRequests(`${url}${path}`)) });
    const browser = hasBrowser && hasPage ? await timeInBrowser(url) : undefined;
    return {
      blocks,
      firstStartMs: first.startMs,
      countMs: first.countMs,
      startMs,
      requests,
      residentBytesAtStart,
      residentBytes: residentBytes(),
      browser,
    };
  });
};
