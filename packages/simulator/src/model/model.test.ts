/** The model of LFT's voting rules: it is sound, its mutants are not, and the code decides as it does. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  createLft,
  type DurableRecord,
  decodeRecord,
  leaderPolicy,
  RULES,
  type TimeoutCertificate,
} from "@dure/consensus";
import {
  baseCertificate,
  CERTIFICATE_KIND,
  type Certificate,
  type Hash,
  type Header,
  toHash,
} from "@dure/types";
import { createRandom } from "../random.ts";
import { createStubSuite } from "../stub-suite.ts";
import { createChannel } from "../world.ts";
import { MODEL, quint, runModel } from "./quint.ts";
import { type ModelState, type ModelStep, readTrace } from "./trace.ts";

const HONEST = [0, 1, 2];
const TRACES = 10;

const suite = createStubSuite(1);
const { config } = createChannel(suite, createRandom(1), 4, 1);
const engine = createLft({ ...config, self: undefined });
const fresh = decodeRecord(engine.freshRecord());
assert.ok(fresh.ok);

let home: string;
before(async () => {
  home = await mkdtemp(join(tmpdir(), "dure-model-"));
});
after(() => rm(home, { recursive: true, force: true }));

const idOf = (block: number): Hash => toHash(new Uint8Array(32).fill(block + 1));

const viewIn = ({ blocks }: ModelState, block: number): number => blocks.get(block)?.view ?? 0;

const qcOf = (s: ModelState, block: number): Certificate => ({
  ...baseCertificate(1, idOf(block)),
  kind: CERTIFICATE_KIND.vote,
  view: viewIn(s, block),
});

/** Two honest votes and the fourth's, which may always be had. */
const hasQc = ({ votes }: ModelState, block: number): boolean =>
  block === 0 || votes.filter(([, voted]) => voted === block).length >= 2;

/** The TC of a view that reports the least: of two honest validators, and the fourth with the genesis. */
const leastTc = (s: ModelState, view: number): TimeoutCertificate | undefined => {
  const reported = s.timeouts.filter((timeout) => timeout.view === view).map(({ high }) => high);
  const [, high] = reported.sort((a, b) => a - b);
  if (high === undefined) return undefined;
  return { view, highQc: { ...qcOf(s, 0), view: high } } as TimeoutCertificate;
};

const recordOf = (s: ModelState, validator: number): DurableRecord => ({
  ...fresh.value,
  voted: { ...fresh.value.voted, view: s.voted.get(validator) ?? 0 },
  commitVoted: { ...fresh.value.commitVoted, view: s.commitVoted.get(validator) ?? 0 },
  timedOut: s.timedOut.get(validator) ?? 0,
  highQc: qcOf(s, s.high.get(validator) ?? 0),
});

/** What the code lets each validator vote for in a state of the model. */
const votableByCode = (s: ModelState): string[] =>
  HONEST.flatMap((validator) =>
    [...s.blocks].flatMap(([block, { view, parent }]) => {
      if (block === 0 || !hasQc(s, parent)) return [];
      const header = { epoch: 1, view, parentId: idOf(parent) } as Header;
      const may = RULES.mayVote(recordOf(s, validator), header, qcOf(s, parent), leastTc(s, view - 1));
      return may ? [`${validator} ${block}`] : [];
    }),
  );

const commitVotableByCode = (s: ModelState): string[] =>
  HONEST.flatMap((validator) =>
    [...s.blocks.keys()].flatMap((block) =>
      hasQc(s, block) && RULES.mayCommitVote(recordOf(s, validator), qcOf(s, block))
        ? [`${validator} ${block}`]
        : [],
    ),
  );

const told = (pairs: ModelStep["votable"]): string[] =>
  pairs.map(([validator, block]) => `${validator} ${block}`).sort();

/** What changed between two states was changed as the code would have. */
const holdChange = ({ s: was }: ModelStep, { s: is }: ModelStep): void => {
  for (const validator of HONEST) {
    const record = recordOf(was, validator);
    const timedOut = is.timedOut.get(validator) ?? 0;
    if (timedOut !== record.timedOut) assert.equal(RULES.timedOutAfter(record, timedOut), timedOut);
    const [before, after] = [was.high.get(validator) ?? 0, is.high.get(validator) ?? 0];
    if (before !== after)
      assert.ok(RULES.isHigher(qcOf(is, after), record.highQc), "a highest QC that is not higher");
  }
  for (const block of is.committed.filter((committed) => !was.committed.includes(committed))) {
    const isDirect = is.commitVotes.filter(([, voted]) => voted === block).length >= 2;
    const isByChild = [...is.blocks].some(
      ([child, { parent }]) =>
        child !== 0 &&
        parent === block &&
        hasQc(is, child) &&
        RULES.commitsParent(qcOf(is, block), qcOf(is, child)),
    );
    assert.ok(isDirect || isByChild, `the code does not commit block ${block}`);
  }
};

test("the model is well-typed", async () => {
  const { code, output } = await quint("typecheck", MODEL);
  assert.equal(code, 0, output);
});

/** The rarest shows in one of thousands of runs: its seed is written down, and `npm run model` searches for it. */
for (const [main, seed, samples] of [
  ["withoutTcHighest", 1, 2_000],
  ["withoutTimedOut", 1, 2_000],
  ["withMixedCommits", 1, 2_000],
  ["withoutTenureEnd", 0x13d706, 1],
] as const)
  test(`the model ${main} breaks an invariant`, async () => {
    const { code, output } = await runModel(main, { samples, steps: 60, seed });
    assert.equal(code, 1, output);
    assert.match(output, /\[violation\]/);
  });

test("LFT2's schedule forks the model without consecutive views, and commits nothing under all rules", async () => {
  for (const main of ["withoutConsecutive", "delaysOnly"]) {
    const { code, output } = await quint("test", "--backend=typescript", `--main=${main}`, MODEL);
    assert.equal(code, 0, output);
    assert.match(output, /1 passing/);
  }
});

for (const [main, spinInterval, views] of [
  ["k1", 1, 6],
  ["k2", 2, 8],
] as const)
  test(`no invariant of the model ${main} breaks in random runs, and the code decides as it does in each step`, async () => {
    const options = { samples: 120, steps: 60, seed: 11 };
    const { code, output } = await runModel(
      main,
      options,
      `--n-traces=${TRACES}`,
      `--out-itf=${join(home, `${main}.itf.json`)}`,
    );
    assert.equal(code, 0, output); // each step is held to all invariants
    const files = (await readdir(home)).filter((file) => file.startsWith(main));
    assert.equal(files.length, TRACES);
    let [steps, votes, commits] = [0, 0, 0];
    for (const file of files) {
      const trace = readTrace(await readFile(join(home, file), "utf8"));
      trace.forEach((step, at) => {
        assert.deepEqual(votableByCode(step.s).sort(), told(step.votable));
        assert.deepEqual(commitVotableByCode(step.s).sort(), told(step.commitVotable));
        const before = trace[at - 1];
        if (before !== undefined) holdChange(before, step);
        steps += 1;
      });
      votes += trace.at(-1)?.s.votes.length ?? 0;
      commits += trace.at(-1)?.s.committed.length ?? 0;
    }
    assert.ok(
      steps > 20 * TRACES && votes > 4 * TRACES && commits > 0,
      `${steps} steps, ${votes} votes, ${commits} commits`,
    );
    const leaders = leaderPolicy({ ...config, spinInterval, leaderPolicy: "spinning" });
    for (let view = 1; view <= views; view++) {
      assert.equal(leaders.leaderOf(view), Math.floor((view - 1) / spinInterval) % 4);
      assert.equal(leaders.tenureEnd(view), (Math.floor((view - 1) / spinInterval) + 1) * spinInterval);
    }
  });
