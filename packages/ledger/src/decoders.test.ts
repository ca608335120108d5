import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "@dure/crypto";
import { concatBytes, type Decoded, NO_SIGNATURES, toHex, ZERO_HASH } from "@dure/types";
import fc from "fast-check";
import { decodeBlockPayload, encodeBlockPayload } from "./blocks/block-payload.ts";
import { decodeBase, encodeBase, type LogBase } from "./blocks/log-base.ts";
import { scanRepairs, scanSegment } from "./blocks/scan-segment.ts";
import { decodeIndexPayload, encodeIndexPayload } from "./blocks/segment.ts";
import { SegmentIndex } from "./blocks/segment-index.ts";
import { parseSegmentFile, segmentFile } from "./blocks/segment-name.ts";
import { encodeFrame, fileSeed, readFrame } from "./disk/frame.ts";
import * as records from "./execution/records.ts";
import { CHANNEL, type ChainBlock, commitProof, makeChain, suite } from "./fixture.test.ts";
import { decodeHome, encodeHome } from "./home/home.ts";
import { decodeEntry, encodeEntry } from "./journal/entry.ts";
import { readJournal } from "./journal/read-journal.ts";
import { startJournal } from "./journal/start-journal.ts";
import { decodeAnswer, encodeAnswer, type SubtreeAnswer } from "./snapshot/answer.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./snapshot/checkpoint.ts";
import { emptyChildren } from "./state/entry.ts";
import { decodeHeld, encodeHeld } from "./state/held.ts";
import { decodeNode, encodeNode } from "./state/nodes.ts";
import type { TreeNode } from "./state/tree.ts";

const RUNS = 10_000;
const { block } = makeChain(1, { transactionsPerBlock: 1 })[0] as ChainBlock;
const hash = new Uint8Array(32).fill(9);
const roots = { stateRoot: ZERO_HASH, receiptsRoot: ZERO_HASH };

/** Random bytes, and a valid encoding cut, grown or changed in a few places. */
const hostile = (valid: Bytes) =>
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .record({
        edits: fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 }),
        length: fc.oneof(fc.constant(valid.length), fc.nat(valid.length + 8)),
      })
      .map(({ edits, length }) => {
        const bytes = new Uint8Array(length);
        bytes.set(valid.subarray(0, length));
        for (const [at, value] of edits) if (at < length) bytes[at] = value;
        return bytes;
      }),
  );

type Case = { readonly valid: Bytes; readonly decode: (bytes: Bytes) => Decoded<Bytes> };

/** A decoder with its encoder: what it accepts must encode to the very bytes that it was given. */
const pair = <T>(value: T, encode: (value: T) => Bytes, decode: (bytes: Bytes) => Decoded<T>): Case => ({
  valid: encode(value),
  decode: (bytes) => {
    const decoded = decode(bytes);
    return decoded.ok ? { ok: true, value: encode(decoded.value) } : decoded;
  },
});

const inner = { kind: "inner", count: 17, children: emptyChildren(suite) } as const;
inner.children.set(hash, 5 * hash.length);
const certificate = { epoch: 1, height: 5, ...roots, signatures: NO_SIGNATURES };
const commit = commitProof(ZERO_HASH, 3);
const [carrier] = makeChain(1, { executionOf: () => certificate });
const base = { header: (carrier as ChainBlock).block.headerBytes, commit, ends: [] };
const index = new SegmentIndex(1);
index.set(2, {
  offset: 3,
  length: 4,
  blockId: ZERO_HASH,
  timestampMs: 5,
  executionHeight: 6,
  hasProof: true,
  isRepair: false,
});

const CASES: Readonly<Record<string, Case>> = {
  "journal entry": pair(
    { record: hash, blocks: [block], held: [ZERO_HASH] },
    (value) => concatBytes(encodeEntry(value)),
    decodeEntry,
  ),
  "block payload": pair(
    { block, mark: { id: hash.subarray(0, 16) as Bytes, sequence: 4 } },
    (value) => concatBytes(encodeBlockPayload(value.block, value.mark)),
    (bytes) => decodeBlockPayload(suite, bytes),
  ),
  "segment index": pair(
    { size: 7, lastCheck: hash.subarray(0, 16) as Bytes, entries: index.bytes },
    encodeIndexPayload,
    decodeIndexPayload,
  ),
  "inner node": pair<TreeNode>(
    inner,
    (node) => encodeNode(suite, node),
    (bytes) => decodeNode(suite, bytes),
  ),
  bucket: pair<TreeNode>(
    { kind: "bucket", leaves: new Uint8Array(64).fill(3) },
    (node) => encodeNode(suite, node),
    (bytes) => decodeNode(suite, bytes),
  ),
  "state value": pair({ value: hash, version: { height: 3, index: 1 } }, encodeHeld, decodeHeld),
  roots: pair(roots, records.encodeRoots, records.decodeRoots),
  reflected: pair(
    { channelId: CHANNEL, height: 4, blockId: ZERO_HASH, timestampMs: 5, roots },
    records.encodeReflected,
    records.decodeReflected,
  ),
  receipts: pair([hash, hash] as readonly Bytes[], records.encodeReceipts, records.decodeReceipts),
  place: pair({ height: 4, index: 2 }, records.encodePlace, records.decodePlace),
  certificate: pair(certificate, records.encodeCertificate, records.decodeCertificate),
  "log base": pair<LogBase>(
    { ...base, ends: [{ header: base.header, commit, transaction: hash }] },
    encodeBase,
    (bytes) => decodeBase(suite, bytes),
  ),
  "state's branches": pair<SubtreeAnswer>(
    { kind: "branches", branches: [{ suffix: "0f", hash }] },
    encodeAnswer,
    decodeAnswer,
  ),
  "state's entries": pair<SubtreeAnswer>(
    { kind: "entries", entries: [{ key: hash, version: { height: 3, index: 1 }, value: hash }] },
    encodeAnswer,
    decodeAnswer,
  ),
  "state's leaves": pair<SubtreeAnswer>(
    { kind: "leaves", leaves: new Uint8Array(64).fill(3) },
    encodeAnswer,
    decodeAnswer,
  ),
  checkpoint: pair(
    {
      ends: [{ header: base.header, commit: base.commit, transaction: hash }],
      base: { header: base.header, commit: base.commit },
      chain: { headers: [base.header], proof: base.commit },
      execution: certificate,
      keys: 7,
      top: hash,
    },
    encodeCheckpoint,
    decodeCheckpoint,
  ),
  height: pair(4, records.encodeHeight, records.decodeHeight),
};

for (const [name, { valid, decode }] of Object.entries(CASES)) {
  test(`the decoder of a ${name} takes one encoding per value and throws on nothing`, () => {
    assert(decode(valid).ok);
    fc.assert(
      fc.property(hostile(valid), (bytes) => {
        const decoded = decode(bytes);
        if (decoded.ok) assert.equal(toHex(decoded.value), toHex(bytes));
      }),
      { numRuns: RUNS },
    );
  });
}

test("a frame whose bytes or seed changed is never whole", () => {
  const seed = fileSeed("test");
  const frame = Buffer.concat(encodeFrame(seed, 1, 5, hash).parts);
  assert.equal(readFrame(seed, frame, 0).state, "whole");
  assert.notEqual(readFrame(fileSeed("other"), frame, 0).state, "whole");
  fc.assert(
    fc.property(hostile(frame), (bytes) => {
      const read = readFrame(seed, Buffer.from(bytes), 0);
      const isSame = toHex(bytes.subarray(0, frame.length)) === toHex(frame);
      assert.equal(read.state === "whole", isSame);
    }),
    { numRuns: RUNS },
  );
});

test("reading a journal or a segment of any bytes throws nothing and finds nothing that was not written", () => {
  const start = { channelId: CHANNEL, id: hash.subarray(0, 16), salt: hash.subarray(0, 16), sequence: 1 };
  const journal = Buffer.concat(startJournal({ ...start, record: hash, blocks: [] }).parts);
  const seed = fileSeed("test");
  const payload = encodeBlockPayload(block, { id: hash.subarray(0, 16), sequence: 0 });
  const segment = Buffer.concat(encodeFrame(seed, 1, 1, ...payload).parts);
  assert.equal(readJournal(CHANNEL, journal).ok, true);
  assert.equal(scanSegment(suite, seed, 1, segment).index.heldCount, 1);
  fc.assert(
    fc.property(hostile(journal), hostile(segment), (a, b) => {
      const read = readJournal(CHANNEL, Buffer.from(a));
      if (read.ok) assert.equal(toHex(read.content.record), toHex(hash));
      const scanned = scanSegment(suite, seed, 1, Buffer.from(b));
      const repaired = new SegmentIndex(1);
      repaired.extend(2);
      scanRepairs(suite, seed, repaired, Buffer.from(b));
      const isWhole = toHex(b.subarray(0, segment.length)) === toHex(segment);
      assert.equal(scanned.index.heldCount, isWhole ? 1 : 0);
      assert.equal(repaired.heldCount, isWhole ? 1 : 0);
    }),
    { numRuns: RUNS },
  );
});

test("home.json and segment names of any text are read or refused", () => {
  const home = encodeHome({ channelId: CHANNEL, publicKey: hash });
  assert.equal(decodeHome(Buffer.from(home))?.owner?.channelId, CHANNEL);
  fc.assert(
    fc.property(hostile(Buffer.from(home)), (bytes) => {
      const found = decodeHome(Buffer.from(bytes));
      if (found?.owner !== undefined) assert.equal(found.format, 1);
    }),
    { numRuns: RUNS },
  );
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^\d{15,17}-[0-9a-f]{15,17}\.(log|repair|index)$/)),
      (file) => {
        const parsed = parseSegmentFile(file);
        if (parsed !== undefined) assert.equal(segmentFile(parsed.name, parsed.suffix), file);
      },
    ),
    { numRuns: RUNS },
  );
});
