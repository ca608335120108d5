/** Loads what follows, verifies and signs, once; the first view does without it. */
export const loadChain = (): Promise<typeof import("./chain.ts")> => import("./chain.ts");
