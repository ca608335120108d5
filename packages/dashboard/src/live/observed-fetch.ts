/** What becomes of the event streams that the client opens, one after another. */
export type StreamWatch = {
  readonly opened: (url: string) => void;
  readonly failed: (url: string) => void;
};

const isStream = (url: URL): boolean => url.pathname.endsWith("/events");

/**
 * A `fetch` for the client that follows: the client chooses the peer, the page shows which, and may end a stream that
 * only seems to live. Its other requests pass unseen.
 */
export const observedFetch = (
  watch: StreamWatch,
): { readonly fetch: typeof fetch; readonly giveUp: (url: string) => void } => {
  let current: { readonly origin: string; readonly ending: AbortController } | undefined;
  const observed: typeof fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!isStream(url)) return fetch(input, init);
    const ending = new AbortController();
    current = { origin: url.origin, ending };
    const signals = [ending.signal, ...(init.signal ? [init.signal] : [])];
    try {
      const response = await fetch(input, { ...init, signal: AbortSignal.any(signals) });
      if (response.ok) watch.opened(url.origin);
      else watch.failed(url.origin);
      return response;
    } catch (error) {
      if (init.signal?.aborted !== true) watch.failed(url.origin);
      throw error;
    }
  };
  return {
    fetch: observed,
    giveUp: (url) => {
      if (current?.origin === url) current.ending.abort();
    },
  };
};
