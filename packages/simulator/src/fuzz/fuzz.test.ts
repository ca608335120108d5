import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../random.ts";
import { readCorpus } from "./corpus.ts";
import { harass, overhear } from "./hostile-step.ts";
import { mutate } from "./mutate.ts";
import { TARGETS, tryBytes } from "./targets.ts";

const MUTATIONS = 8_000;
const HARASSED = 60;
const CHANNELS = 10;

for (const target of TARGETS) {
  test(`${target.name}: the whole corpus is answered`, async () => {
    const corpus = await readCorpus(target.name);
    assert(corpus.length > 0, "there is none");
    for (const bytes of corpus) assert.equal(tryBytes(target, bytes).flaw, undefined);
  });

  test(`${target.name}: what is valid is read, and ${MUTATIONS} mutations of it are answered`, () => {
    const seeds = target.seeds();
    assert(seeds.length > 10, `${seeds.length} valid inputs`);
    for (const bytes of seeds) assert.deepEqual(tryBytes(target, bytes), {});
    const random = createRandom(1);
    let refused = 0;
    for (let count = 0; count < MUTATIONS; count++) {
      const { flaw, refusal } = tryBytes(target, mutate(random, random.pick(seeds), seeds));
      assert.equal(flaw, undefined);
      if (refusal !== undefined) refused += 1;
    }
    assert(refused > MUTATIONS / 3 && refused < MUTATIONS, `${refused} refused`);
  });
}

for (const engine of ["lft", "ibft"] as const)
  test(`a validator of ${engine} bears ${HARASSED} floods of hostile messages`, () => {
    for (let of = 1; of <= CHANNELS; of++) {
      const overheard = overhear(engine, of);
      for (let seed = 1; seed <= HARASSED / CHANNELS; seed++)
        assert.equal(harass(engine, overheard, seed), undefined, `channel ${of}, seed ${seed}`);
    }
  });
