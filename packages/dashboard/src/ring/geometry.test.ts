import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { anchorAt, angleOf, discRadius, onwards, pointAt } from "./geometry.ts";

test("the first validator stands at the top, and the others follow clockwise", () => {
  const [top, right, bottom, left] = [0, 1, 2, 3].map((index) => pointAt(angleOf(index, 4), 100));
  const near = (a: number | undefined, b: number) => assert.ok(Math.abs((a ?? Number.NaN) - b) < 1e-9);
  near(top?.x, 0);
  near(top?.y, -100);
  near(right?.x, 100);
  near(bottom?.y, 100);
  near(left?.x, -100);
});

test("the light goes on clockwise by less than a turn and arrives where the leader stands", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.array(fc.nat(63)), (count, leaders) => {
      let angle = 0;
      for (const leader of leaders) {
        const target = angleOf(leader % count, count);
        const next = onwards(angle, target);
        assert.ok(next >= angle && next < angle + 360);
        const off = (((next - target) % 360) + 360) % 360;
        assert.ok(Math.min(off, 360 - off) < 1e-2);
        angle = next;
      }
    }),
  );
});

test("the light stays where the leader stays", () => {
  const angle = onwards(720, angleOf(1, 3));
  assert.equal(onwards(angle, angleOf(1, 3)), angle);
});

test("discs never overlap, and stay visible", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), (count) => {
      const radius = discRadius(count, 120);
      const [a, b] = [pointAt(0, 120), pointAt(angleOf(1, count), 120)];
      assert.ok(2 * radius < Math.hypot(a.x - b.x, a.y - b.y));
      assert.ok(radius >= 2 && radius <= 20);
    }),
  );
});

test("labels grow away from the ring", () => {
  assert.deepEqual([0, 90, 180, 270, 359].map(anchorAt), ["middle", "start", "middle", "end", "middle"]);
});
