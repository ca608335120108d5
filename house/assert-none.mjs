import assert from "node:assert/strict";

/** Fails with one finding per line when there is any. */
export const assertNone = (findings) => {
  if (findings.length > 0) assert.fail(`${findings.length} found:\n${findings.join("\n")}`);
};
