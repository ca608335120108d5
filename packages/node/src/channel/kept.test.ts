import { strict as assert } from "node:assert";
import { test } from "node:test";
import { Kept } from "./kept.ts";

test("however many want a height at a time, it is made once, and one height after the other", async () => {
  const kept = new Kept<number>(2);
  let making = 0;
  let made = 0;
  const make = (value: number) => async () => {
    making += 1;
    assert.equal(making, 1, "one at a time");
    await new Promise((resolve) => setImmediate(resolve));
    making -= 1;
    made += 1;
    return value;
  };
  const all = await Promise.all(
    Array.from({ length: 100 }, (_, at) => kept.get(at % 2, make((at % 2) * 10))),
  );
  assert.deepEqual([...new Set(all)], [0, 10]);
  assert.equal(made, 2);
});

test("what is used stays, what was not used for longest goes", async () => {
  const kept = new Kept<string>(2);
  const never = () => assert.fail("it is kept");
  kept.put(1, "one");
  kept.put(2, "two");
  assert.equal(await kept.get(1, never), "one");
  kept.put(3, "three");
  assert.equal(await kept.get(1, never), "one");
  assert.equal(await kept.get(3, never), "three");
  assert.equal(await kept.get(2, async () => "anew"), "anew");
});

test("what cannot be made is tried again, and holds up no other", async () => {
  const kept = new Kept<string>(2);
  assert.equal(await kept.get(1, async () => undefined), undefined);
  await assert.rejects(
    kept.get(1, async () => assert.fail("no disk")),
    /no disk/,
  );
  assert.equal(await kept.get(2, async () => "two"), "two");
  assert.equal(await kept.get(1, async () => "mended"), "mended");
});
