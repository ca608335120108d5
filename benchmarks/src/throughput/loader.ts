import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoadRequest, LoadResult, LoadSetup } from "./load-protocol.ts";

/** The load generator as its parent sees it. */
export type Loader = {
  readonly run: (request: LoadRequest) => Promise<LoadResult>;
  readonly stop: () => Promise<void>;
};

const ask = async <T>(child: ChildProcess, message: LoadSetup | LoadRequest): Promise<T> => {
  const settled = new AbortController();
  const { signal } = settled;
  const answer = once(child, "message", { signal });
  const ended = once(child, "exit", { signal }).then(() => {
    throw new Error("the load generator ended before it answered");
  });
  // The one that is not first is aborted below.
  ended.catch(() => undefined);
  child.send(message);
  try {
    const [result] = await Promise.race([answer, ended]);
    return result as T;
  } finally {
    settled.abort();
  }
};

export const startLoader = async (setup: LoadSetup): Promise<Loader> => {
  const child = fork(fileURLToPath(new URL("./load-main.js", import.meta.url)), {
    serialization: "advanced",
  });
  await ask(child, setup);
  return {
    run: (request) => ask<LoadResult>(child, request),
    stop: async () => {
      if (!child.connected) return;
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
};
