import assert from "node:assert/strict";
import { test } from "node:test";
import { block, memoryState, rawScore } from "../fixture.ts";
import { DEFAULTS } from "../limits.ts";
import type { ScoreSource } from "../outcome.ts";
import { runner } from "./runner.ts";

const scoreOf = (body: string): ScoreSource => rawScore("dice", { roll: body });
const FAIR = scoreOf("ctx.state.set('n', 1); ctx.emit('rolled', 1); return 1");

// What both threads load is one and the same in a kit. Here each gets its own: as if one text did different things.
for (const [what, body, message] of [
  ["a result", "ctx.state.set('n', 1); ctx.emit('rolled', 1); return 2", /call 0 has result "1", then "2"/],
  ["a write", "ctx.state.set('n', 2); ctx.emit('rolled', 1); return 1", /call 0 has writes .*dice\/n/],
  ["an event", "ctx.state.set('n', 1); ctx.emit('rolled', 2); return 1", /call 0 has events/],
  ["a refusal", "throw new Error('unlucky')", /call 0 has code 0, then 9000/],
  ["a cost", "ctx.state.set('n', 1); ctx.emit('rolled', 1); return 1 * 1", /call 0 has used .*"steps"/],
] as const)
  test(`${what} that differs when a block is executed again is told`, async (t) => {
    const texts = [FAIR, scoreOf(body)];
    const { execute, close } = runner(() => [texts.shift()!], DEFAULTS, true);
    t.after(close);
    const executable = { type: "block", ...block(1, [["dice", "roll"]]) } as const;
    await assert.rejects(execute(executable, memoryState().read), message);
  });

test("the same, executed again, is taken once", async (t) => {
  const { execute, close } = runner(() => [FAIR], DEFAULTS, true);
  t.after(close);
  const { calls } = await execute({ type: "block", ...block(1, [["dice", "roll"]]) }, memoryState().read);
  assert.equal(calls.length, 1);
});
