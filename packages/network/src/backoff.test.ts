import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createBackoff } from "./backoff.ts";

test("delays double from the minimum to the maximum, and start over after a reset", () => {
  const backoff = createBackoff(50, 2000, () => 1);
  const delays = () => Array.from({ length: 8 }, () => backoff.next());
  assert.deepEqual(delays(), [50, 100, 200, 400, 800, 1600, 2000, 2000]);
  backoff.reset();
  assert.equal(backoff.next(), 50);
});

test("jitter takes away at most half of a delay", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1 }), (randoms) => {
      let drawn = 0;
      const backoff = createBackoff(50, 2000, () => randoms[drawn++] as number);
      const full = createBackoff(50, 2000, () => 1);
      for (const _ of randoms) {
        const [delayMs, fullMs] = [backoff.next(), full.next()];
        assert.ok(delayMs >= fullMs / 2 && delayMs <= fullMs);
      }
    }),
  );
});
