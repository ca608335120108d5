import type { Chain } from "./chain.ts";

/** Loads what verifies and signs, once; the first view does without it. */
export const loadChain = async (): Promise<Chain> => (await import("./chain.ts")).chain;
