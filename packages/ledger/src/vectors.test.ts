import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodeText, toHex } from "@dure/types";
import { encodeBlockPayload } from "./blocks/block-payload.ts";
import { BLOCK_KIND, scanSegment } from "./blocks/scan-segment.ts";
import { encodeIndexPayload, INDEX_KIND } from "./blocks/segment.ts";
import { segmentFile, segmentSeed } from "./blocks/segment-name.ts";
import { encodeFrame, frameCheck } from "./disk/frame.ts";
import { CHANNEL, type ChainBlock, makeChain, suite } from "./fixture.test.ts";
import { encodeHome } from "./home/home.ts";
import { encodeEntry } from "./journal/entry.ts";
import { JOURNAL_KIND, journalSeed, readJournal } from "./journal/read-journal.ts";
import { startJournal } from "./journal/start-journal.ts";
import { proofVectors } from "./proof/vectors.fixture.test.ts";
import type { Changes } from "./state/key-value.ts";
import { verifyStateProof } from "./state/proof.ts";
import { createState, type Write } from "./state/state.ts";

/**
 * The golden vectors of specs/state-tree.md, specs/storage.md and specs/proofs.md. `node dist/vectors.test.js write` writes them anew;
 * the tests hold the code to what is written.
 */
const fileOf = (name: string): URL => new URL(`../../../specs/vectors/${name}.json`, import.meta.url);

const memoryState = () => {
  const stored = new Map<string, Uint8Array>();
  const state = createState(suite, {
    get: (key) => stored.get(key),
    range: () => assert.fail("no range is read here"),
    condemn: (reason) => new Error(reason) as never,
  });
  const apply = (height: number, writes: readonly (readonly Write[])[]): string => {
    const changes: Changes = new Map();
    const root = state.apply(height, writes, changes);
    state.flush(changes);
    for (const [key, value] of changes)
      if (value === undefined) stored.delete(key);
      else stored.set(key, value);
    return root;
  };
  return { state, apply };
};

const keyOf = (n: number) => encodeText(`key ${n}`);
const writesOf = (from: number, to: number, value: string | undefined): readonly (readonly Write[])[] =>
  Array.from({ length: to - from }, (_, i) => [
    { key: keyOf(from + i), value: value === undefined ? undefined : encodeText(`${value} ${from + i}`) },
  ]);

const stateTreeVectors = () => {
  const { state, apply } = memoryState();
  const steps: readonly { readonly name: string; readonly writes: readonly (readonly Write[])[] }[] = [
    { name: "no key", writes: [] },
    { name: "one key", writes: writesOf(0, 1, "a") },
    { name: "sixteen keys: one bucket", writes: writesOf(1, 16, "a") },
    { name: "seventeen keys: the bucket splits", writes: writesOf(16, 17, "a") },
    { name: "one hundred keys, some written again", writes: writesOf(10, 100, "b") },
    { name: "back to sixteen keys: the tree collapses", writes: writesOf(16, 100, undefined) },
    { name: "an empty key with an empty value", writes: [[{ key: encodeText(""), value: encodeText("") }]] },
  ];
  return steps.map(({ name, writes }, height) => {
    const root = apply(height, writes);
    const proofs = [0, 12, 99].map((n) => {
      const key = keyOf(n);
      const bytes = state.prove(key);
      const verdict = verifyStateProof(suite, root as never, key, bytes);
      const value =
        verdict.kind === "present" ? { value: toHex(verdict.value), version: verdict.version } : {};
      return { key: toHex(key), proof: toHex(bytes), shows: verdict.kind, ...value };
    });
    const hex = writes.map((list) =>
      list.map(({ key, value }) => ({ key: toHex(key), value: value === undefined ? null : toHex(value) })),
    );
    return { name, height, writes: hex, root, proofs };
  });
};

const storageVectors = () => {
  const [first, second] = makeChain(2, { transactionsPerBlock: 1 }) as [ChainBlock, ChainBlock];
  const id = new Uint8Array(16).fill(1);
  const salt = new Uint8Array(16).fill(2);
  const start = { channelId: CHANNEL, id, salt, sequence: 1, record: encodeText("record 1") };
  const { parts, written } = startJournal({ ...start, blocks: [first.block] });
  const held = toHex(suite.hash(first.block.headerBytes)) as never;
  const entry = { record: encodeText("record 2"), blocks: [second.block], held: [held] };
  const next = encodeFrame(written.seed, JOURNAL_KIND.entry, 2, ...encodeEntry(entry)).parts;
  const name = { first: 1, salt: new Uint8Array(8).fill(3) };
  const seed = segmentSeed(CHANNEL, name);
  const frames = [first, second].map(({ height, block }) =>
    Buffer.concat(
      encodeFrame(seed, BLOCK_KIND, height, ...encodeBlockPayload(block, { id, sequence: height })).parts,
    ),
  );
  const segment = Buffer.concat(frames);
  const { index } = scanSegment(suite, seed, 1, segment);
  const stored = { size: segment.length, lastCheck: frameCheck(segment), entries: index.bytes };
  const journal = Buffer.concat([...parts, ...next]);
  assert(readJournal(CHANNEL, journal).ok);
  return {
    channelId: CHANNEL,
    home: encodeHome({ channelId: CHANNEL, publicKey: new Uint8Array(32).fill(4) }),
    journal: {
      id: toHex(id),
      salt: toHex(salt),
      firstSeed: toHex(journalSeed(CHANNEL)),
      records: ["record 1", "record 2"],
      file: toHex(journal),
    },
    blocks: {
      name: segmentFile(name, "log"),
      seed: toHex(seed),
      blockIds: [first.id, second.id],
      file: toHex(segment),
      indexFile: toHex(Buffer.concat(encodeFrame(seed, INDEX_KIND, 1, encodeIndexPayload(stored)).parts)),
    },
  };
};

const VECTORS = { "state-tree": stateTreeVectors, storage: storageVectors, proof: proofVectors };

for (const [name, generate] of Object.entries(VECTORS)) {
  if (process.argv[2] === "write") {
    await mkdir(fileURLToPath(new URL(".", fileOf(name))), { recursive: true });
    await writeFile(fileOf(name), `${JSON.stringify(generate(), null, 2)}\n`);
  } else
    test(`the golden vectors of ${name} hold`, async () => {
      assert.deepEqual(
        JSON.parse(JSON.stringify(generate())),
        JSON.parse(await readFile(fileOf(name), "utf8")),
      );
    });
}
