import assert from "node:assert/strict";
import { test } from "node:test";
import { Chain, scorePackage } from "./chain.fixture.test.ts";
import { dueActivations } from "./registry.ts";
import {
  activationRefusal,
  lastingSuspensions,
  SUSPENSIONS_KEY,
  type SuspensionRecord,
  suspendedMessage,
  suspensionsIn,
  suspensionsText,
  withBegun,
  withEnded,
} from "./suspending.ts";

const notice = (height: number) => ({ score: "token", height, reason: "it halts" });
const deploy = { action: "deploy", score: "token" };

/** A channel in which token 1.0.0 runs, from `height` on. */
const running = () => {
  const chain = new Chain(["a"]);
  const hash = chain.register("a", scorePackage("token", "1.0.0"));
  chain.done("a", "propose", deploy);
  chain.block();
  return { chain, hash };
};

const record = (chain: Chain, records: readonly SuspensionRecord[]) =>
  chain.state.set(SUSPENSIONS_KEY, suspensionsText(records));

const refusalAt = (chain: Chain, records: readonly SuspensionRecord[], height: number) => {
  const [activation] = dueActivations(chain.get, height);
  return activationRefusal(records, activation ?? assert.fail("nothing is due"), height);
};

test("a suspension names the version that runs, and is read back as it was recorded", () => {
  const { chain, hash } = running();
  assert.deepEqual(suspensionsIn(chain.get), []);
  const begun = withBegun(chain.get, [notice(9)], dueActivations(chain.get, 9));
  assert.deepEqual(begun, [{ ...notice(9), version: { version: "1.0.0", hash }, until: null }]);
  record(chain, begun);
  assert.deepEqual(suspensionsIn(chain.get), begun);
  assert.deepEqual(withBegun(chain.get, [], []), begun);
});

test("what is due in the very block is not activated, whatever it is, and is what is suspended", () => {
  const { chain } = running();
  const hash = chain.register("a", scorePackage("token", "2.0.0"));
  const { height } = chain.done("a", "propose", { action: "upgrade", score: "token", hash });
  const begun = withBegun(chain.get, [notice(Number(height))], dueActivations(chain.get, Number(height)));
  assert.deepEqual(begun[0]?.version, { version: "2.0.0", hash });
  assert.equal(
    refusalAt(chain, begun, Number(height)),
    `SCORE token is suspended from block ${height} by its administrators`,
  );
});

test("of later activations those of the suspended version are refused, and others are not", () => {
  const { chain, hash: first } = running();
  const begun = withBegun(chain.get, [notice(2)], []);
  const due = (hash: string): number => {
    const { height } = chain.done("a", "propose", { action: "upgrade", score: "token", hash });
    return Number(height);
  };
  const hash = chain.register("a", scorePackage("token", "1.0.0", { source: "// another" }));
  assert.equal(refusalAt(chain, begun, due(hash)), "");
  chain.block();
  assert.match(refusalAt(chain, begun, due(first)), /suspended from block 2/);
});

test("to disable a suspended SCORE is never refused, and ends nothing", () => {
  const { chain } = running();
  const { height } = chain.done("a", "propose", { action: "disable", score: "token" });
  const begun = withBegun(chain.get, [notice(Number(height))], dueActivations(chain.get, Number(height)));
  assert.notEqual(begun[0]?.version, null);
  assert.equal(refusalAt(chain, begun, Number(height)), "");
});

for (const [rollback, refused] of [
  [true, true],
  [false, false],
])
  test(`a suspended version that ${rollback ? "has a step for it can" : "has none can"} ${refused ? "not " : ""}be gone back from`, () => {
    const { chain } = running();
    const { functions } = scorePackage("token", "2.0.0");
    chain.register("a", scorePackage("token", "2.0.0", { functions: { ...functions, rollback: rollback! } }));
    chain.done("a", "propose", { action: "upgrade", score: "token" });
    chain.block();
    const begun = withBegun(chain.get, [notice(chain.height + 1)], []);
    assert.equal(begun[0]?.version?.version, "2.0.0");
    chain.block();
    const { height } = chain.done("a", "propose", { action: "rollback", score: "token" });
    assert.equal(refusalAt(chain, begun, Number(height)) !== "", refused);
  });

test("a suspension ends with another version, and one that follows it stands by itself", () => {
  const { chain } = running();
  const first = withBegun(chain.get, [notice(5)], []);
  assert.deepEqual(lastingSuspensions(first), first);
  assert.deepEqual(withEnded(first, ["other"], 7), first);
  const ended = withEnded(first, ["token"], 7);
  assert.equal(ended[0]?.until, 7);
  assert.deepEqual(lastingSuspensions(ended), []);
  record(chain, ended);
  const again = withBegun(chain.get, [notice(9)], []);
  assert.deepEqual(
    lastingSuspensions(again).map(({ height }) => height),
    [9],
  );
  assert.deepEqual(
    withEnded(again, ["token"], 11).map(({ until }) => until),
    [7, 11],
  );
});

test("of two that last the newer one is told, and one activation ends both", () => {
  const { chain } = running();
  record(chain, withBegun(chain.get, [notice(5)], []));
  const both = withBegun(chain.get, [notice(9)], []);
  const [told, ...more] = lastingSuspensions(both);
  assert.equal(more.length, 0);
  assert.equal(told && suspendedMessage(told), "SCORE token is suspended from block 9 by its administrators");
  assert.deepEqual(lastingSuspensions(withEnded(both, ["token"], 10)), []);
});

test("in a channel without the store a suspension names no version", () => {
  assert.equal(withBegun(() => undefined, [notice(1)], [])[0]?.version, null);
});
