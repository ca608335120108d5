import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Block } from "@dure/types";
import {
  type Consortium,
  foundConsortium,
  introduce,
  type Member,
  type Running,
  startMember,
} from "./consortium.ts";
import { getJson, postJson } from "./json.ts";
import { askBlocks, forgeCommit, type Lie, startLiar } from "./liar.ts";
import { until } from "./until.ts";

/** The liar is a validator too: of all members its word must count for something before it is believed. */
const [LIAR, VICTIM] = [0, 4];
/** Three honest peers hold a quorum without the liar and the one that is away. */
const WEIGHTS = [1, 3, 3, 3, 1];
const MISSED = 30;

let home: string;
let consortium: Consortium;
let honest: readonly Running[];
let history: readonly Block[];
let running: Running[] = [];

const memberAt = (at: number): Member => consortium.members[at] as Member;

const headOf = async ({ url }: Running): Promise<{ height: number; blockId: string; stateRoot: string }> =>
  (await getJson(`${url}/api/v2/status`)) as { height: number; blockId: string; stateRoot: string };

const commitOne = async (to: Running, content: string): Promise<void> => {
  const { answer } = await postJson(`${to.url}/api/v1/transactions`, { data: content });
  assert.equal(answer["response_code"], "0");
  await until("the transaction is executed", async () => {
    const result = await getJson(`${to.url}/api/v2/transactions/${answer["tx_hash"]}`);
    return result["status"] === "executed";
  });
};

const refusalsOf = ({ log }: Running, peerId: string): readonly string[] =>
  log
    .filter((line) => line["msg"] === "refused" && line["peerId"] === peerId)
    .map(({ reason }) => String(reason));

const startVictim = async (name: string): Promise<Running> => {
  const victim = await startMember(consortium, memberAt(VICTIM), join(home, name));
  running.push(victim);
  return victim;
};

before(async () => {
  home = await mkdtemp(join(tmpdir(), "dure-sync-"));
  consortium = await foundConsortium(WEIGHTS);
  const peers: Running[] = [];
  for (const at of [1, 2, 3]) peers.push(await startMember(consortium, memberAt(at), home));
  honest = peers;
  running = [...peers];
  introduce(honest);
  const [first] = honest as [Running];
  for (let count = 0; count < MISSED; count++) await commitOne(first, `block ${count}`);
  history = await askBlocks(consortium, memberAt(LIAR), first.address);
  assert.ok(history.length >= MISSED, `${history.length} blocks`);
});

after(async () => {
  for (const { peer } of running) await peer.close();
  await rm(home, { recursive: true, force: true });
});

/** From a height on, with the last block changed: the proof stands there. */
const withLast = (from: number, change: (last: Block) => Block): readonly Block[] => {
  const blocks = history.slice(from - 1);
  const last = blocks.at(-1);
  return last === undefined ? [] : [...blocks.slice(0, -1), change(last)];
};

const flipLastByte = (bytes: Uint8Array): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
};

const lies: readonly { name: string; lie: () => Lie; reason: RegExp }[] = [
  {
    name: "a commit certificate that the liar signed in everyone's name",
    lie: () => ({
      height: history.length,
      answer: (from) => withLast(from, (last) => forgeCommit(consortium, memberAt(LIAR), last)),
    }),
    reason: /proof that does not verify/,
  },
  {
    name: "a certificate of another block",
    lie: () => ({
      height: history.length,
      answer: (from) => withLast(from, (last) => ({ ...last, proof: history[0]?.proof })),
    }),
    reason: /proof that does not verify/,
  },
  {
    name: "blocks without any proof",
    lie: () => ({
      height: history.length,
      answer: (from) => history.slice(from - 1).map((block) => ({ ...block, proof: undefined })),
    }),
    reason: /without a commit proof/,
  },
  {
    name: "a true header and proof over another block's body",
    lie: () => ({
      height: history.length,
      answer: (from) =>
        withLast(from, (last) => {
          const { bodyBytes, batches } = history.find((block) => block.batches.length > 0) as Block;
          return { ...last, bodyBytes, batches };
        }),
    }),
    reason: /not the one that the header names/,
  },
  {
    name: "a true block with a batch taken out",
    lie: () => ({
      height: history.length,
      answer: (from) =>
        history
          .slice(from - 1)
          .map((block) => (block.batches.length === 0 ? block : { ...block, batches: [] })),
    }),
    reason: /missing or of another count|batch/,
  },
  {
    name: "a batch with one bit changed",
    lie: () => ({
      height: history.length,
      answer: (from) =>
        history.slice(from - 1).map((block) => ({ ...block, batches: block.batches.map(flipLastByte) })),
    }),
    reason: /batch|body/,
  },
  {
    name: "a history of its own that begins at the genesis",
    lie: () => ({
      height: history.length,
      answer: () => [forgeCommit(consortium, memberAt(LIAR), history[0] as Block)],
    }),
    reason: /proof that does not verify/,
  },
  {
    name: "true blocks that leave one out",
    lie: () => ({ height: history.length, answer: (from) => history.slice(from) }),
    reason: /do not follow our head/,
  },
  {
    name: "a height that nobody has, and nothing to show for it",
    lie: () => ({ height: Number.MAX_SAFE_INTEGER, answer: () => [] }),
    reason: /without blocks/,
  },
  {
    name: "a height that nobody has, and silence",
    lie: () => ({ height: 1_000_000, answer: () => undefined }),
    reason: /no answer/,
  },
];

test("a peer that was away fetches what it missed, verifies it and shows the same chain and state", async () => {
  const victim = await startVictim("away");
  introduce([...honest, victim]);
  const [first] = honest as [Running];
  const target = await headOf(first);
  await until(
    "the peer that was away has caught up",
    async () => (await headOf(victim)).height >= target.height,
  );
  for (let height = 1; height <= target.height; height++) {
    const path = `/api/v2/blocks/${height}`;
    assert.deepEqual(await getJson(victim.url + path), await getJson(first.url + path));
  }
  await until("its state is the others'", async () => {
    const [a, b] = await Promise.all([headOf(victim), headOf(first)]);
    return a.blockId === b.blockId && a.stateRoot === b.stateRoot;
  });
  await victim.peer.close();
  introduce(honest);
});

for (const { name, lie, reason } of lies) {
  test(`refuses, logs, and takes the truth from honest peers when a member sends ${name}`, async () => {
    const victim = await startVictim(`lie-${name.replaceAll(/[^a-z]+/g, "-")}`);
    const liar = await startLiar(consortium, memberAt(LIAR), lie());
    try {
      liar.setPeers([victim.address]);
      // Alone with the liar, the victim asks it, believes nothing of what does not verify, and says why.
      await until("the lie is refused and logged", () =>
        refusalsOf(victim, memberAt(LIAR).id).some((text) => reason.test(text)),
      );
      assert.ok(liar.asked() > 0, "the victim asked the liar");
      const { height, blockId } = await headOf(victim);
      if (height > 0) {
        const { id } = (await getJson(`${honest[0]?.url}/api/v2/blocks/${height}`)) as { id: string };
        assert.equal(blockId, id, "what it took in is a prefix of the truth");
      }
      introduce([...honest, victim]);
      const [first] = honest as [Running];
      const target = await headOf(first);
      await until("the victim has caught up with the honest", async () => {
        const head = await headOf(victim);
        return head.height >= target.height;
      });
      const last = `/api/v2/blocks/${target.height}`;
      assert.deepEqual(await getJson(victim.url + last), await getJson(first.url + last));
      assert.equal((await headOf(victim)).stateRoot.length, 64);
    } finally {
      await liar.close();
      await victim.peer.close();
      introduce(honest);
    }
  });
}
