import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createSchedule } from "./schedule.ts";

test("what is due runs in order of time, and of asking where times are equal", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (delays) => {
      const schedule = createSchedule();
      const ran: number[] = [];
      delays.forEach((delayMs, at) => {
        schedule.after(delayMs, () => ran.push(at));
      });
      while (schedule.advance());
      const expected = delays.map((_, at) => at).sort((a, b) => (delays[a] ?? 0) - (delays[b] ?? 0) || a - b);
      assert.deepEqual(ran, expected);
    }),
  );
});

test("time is that of what runs, and what is asked for meanwhile comes later", () => {
  const schedule = createSchedule();
  const times: number[] = [];
  schedule.after(5, () => {
    times.push(schedule.nowMs());
    schedule.after(2, () => times.push(schedule.nowMs()));
  });
  schedule.after(6, () => times.push(schedule.nowMs()));
  while (schedule.advance());
  assert.deepEqual(times, [5, 6, 7]);
});
