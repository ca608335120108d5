import { partsOf } from "@dure/score-store";
import type { BuiltPackage } from "./build-package.ts";
import type { StoreCalls } from "./store-calls.ts";

/** Room in a transaction beside a part's text. */
const FRAME_BYTES = 4_096;
const PART_BYTES_MAX = 56 * 1_024;

/** Uploads a package, unless the channel has it, and registers it. Returns what the store says of it. */
export const bring = async (store: StoreCalls, { text, hash }: BuiltPackage) => {
  const parts = partsOf(text, Math.min(PART_BYTES_MAX, store.transactionBytesMax - FRAME_BYTES));
  for (const [index, part] of parts.entries()) {
    const { registered } = await store.call("upload", { hash, index, of: parts.length, text: part });
    if (registered === true) break;
  }
  return store.call("register", { hash });
};
