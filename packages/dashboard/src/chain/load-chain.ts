/**
 * The page's content security policy allows no code made of text. zod, which reads the genesis document, would try once
 * whether it may, and the browser would report that as a breach; told so before it is loaded, it does not try.
 */
const forbidCompiling = (): void => {
  const shared = globalThis as { __zod_globalConfig?: { jitless?: boolean } };
  shared.__zod_globalConfig = { ...shared.__zod_globalConfig, jitless: true };
};

/** Loads what follows, verifies and signs, once; the first view does without it. */
export const loadChain = (): Promise<typeof import("./chain.ts")> => {
  forbidCompiling();
  return import("./chain.ts");
};
