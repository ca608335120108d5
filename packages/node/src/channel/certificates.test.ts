import { strict as assert } from "node:assert";
import { describe, test } from "node:test";
import { validatorSet } from "@dure/consensus";
import { createSodiumSuite } from "@dure/crypto/sodium";
import {
  attestStatement,
  collectSignatures,
  type ExecutionCertificate,
  parseHash,
  Writer,
  writeExecutionCertificate,
} from "@dure/types";
import { Refusal } from "../rest/refusal.ts";
import { Certificates } from "./certificates.ts";
import type { Frame } from "./frame.ts";

const suite = createSodiumSuite();
const channelId = parseHash("ab".repeat(32)) ?? assert.fail();
const receiptsRoot = parseHash("cd".repeat(32)) ?? assert.fail();
const seeds = [1, 2, 3, 4].map((fill) => new Uint8Array(32).fill(fill));
const set = validatorSet({
  engine: "lft",
  suite,
  channelId,
  epoch: 1,
  base: { blockId: channelId },
  validators: seeds.map((seed) => ({ publicKey: suite.publicKeyOf(seed), weight: 1 })),
});
const SOON_MS = 20_000;

const certificateOf = (height: number, signers = [0, 1, 2], epoch = 1): ExecutionCertificate => {
  const execution = { epoch, height, stateRoot: undefined, receiptsRoot };
  const statement = attestStatement(channelId, execution);
  const signed = new Map(
    signers.map((at) => [at, Uint8Array.from(suite.sign(seeds[at] as Uint8Array, statement))]),
  );
  return { ...execution, signatures: collectSignatures(seeds.length, signed) };
};

const bytesOf = (certificate: ExecutionCertificate): Uint8Array =>
  writeExecutionCertificate(new Writer(), certificate).finish();

/** A peer that holds some certificates; what it asks of whom, and whom it refuses, is written down. */
const harness = (held: readonly ExecutionCertificate[] = [], connected: readonly string[] = ["b", "c"]) => {
  const store = new Map(held.map((certificate) => [certificate.height, certificate]));
  const asked: string[] = [];
  const refused: string[] = [];
  let onAsked: (() => void) | undefined;
  const certificates = new Certificates({
    ledger: {
      executionCertificate: (height) => store.get(height),
      newestExecutionCertificate: () => store.get(Math.max(...store.keys())),
      saveExecutionCertificate: async (certificate) => void store.set(certificate.height, certificate),
    },
    validatorsOf: (epoch) => (epoch === 1 ? set : undefined),
    links: {
      send: (peerId: string, frame: Frame) => {
        if (frame.type === "getExecution") asked.push(`${peerId} ${frame.height}`);
        onAsked?.();
        return true;
      },
      broadcast: () => undefined,
      connected: () => connected,
      indexOf: () => undefined,
      peerOf: () => undefined,
      counts: () => ({ frames: 0, bytes: 0 }),
    },
    onRefused: (peerId, reason) => refused.push(`${peerId}: ${reason}`),
    onFailed: (error) => assert.fail(String(error)),
  });
  /** Resolves once so many requests have gone out. */
  const askedTimes = (count: number): Promise<void> =>
    new Promise((resolve) => {
      onAsked = () => asked.length >= count && resolve();
      onAsked();
    });
  return { certificates, store, asked, refused, askedTimes };
};

describe("execution certificates", () => {
  test("one that is held is given at once, and nobody is asked", async () => {
    const { certificates, asked } = harness([certificateOf(3)]);
    assert.deepEqual(await certificates.of(3, 0), certificateOf(3));
    assert.equal(await certificates.of(4, 0), undefined);
    assert.deepEqual(asked, []);
  });

  test("all who wait are told when it is saved", async () => {
    const { certificates, store } = harness();
    const waiting = [certificates.of(3, SOON_MS), certificates.of(3, SOON_MS), certificates.of(4, SOON_MS)];
    certificates.saved(3);
    store.set(3, certificateOf(3));
    certificates.saved(2);
    certificates.saved(3);
    assert.deepEqual(await Promise.all(waiting.slice(0, 2)), [certificateOf(3), certificateOf(3)]);
    certificates.close();
    assert.equal(await waiting[2], undefined);
    assert.equal(await certificates.of(5, SOON_MS), undefined);
  });

  test("when the time is over there is none, and the next who waits is served all the same", async () => {
    const { certificates, store } = harness();
    assert.equal(await certificates.of(3, 1), undefined);
    const waiting = certificates.of(3, SOON_MS);
    store.set(3, certificateOf(3));
    certificates.saved(3);
    assert.deepEqual(await waiting, certificateOf(3));
  });

  test("of a height that quorums are past, another peer is asked at once, then the next", async () => {
    const { certificates, asked, askedTimes, refused, store } = harness([certificateOf(9)]);
    const waiting = certificates.of(3, SOON_MS);
    assert.deepEqual(asked, ["b 3"]);
    await askedTimes(3);
    assert.deepEqual(asked.slice(0, 3), ["b 3", "c 3", "b 3"]);
    certificates.receive("c", bytesOf(certificateOf(3)));
    assert.deepEqual(await waiting, certificateOf(3));
    assert.deepEqual(store.get(3), certificateOf(3));
    assert.deepEqual(refused, []);
  });

  test("an answer that no quorum of the epoch signed is refused, and the true one still taken", async () => {
    const { certificates, askedTimes, refused, store } = harness([certificateOf(9)]);
    const waiting = certificates.of(3, SOON_MS);
    const moved = { ...certificateOf(4), height: 3 };
    const lies = [certificateOf(3, [0, 1]), certificateOf(3, [0, 1, 2], 2), moved];
    for (const [at, lie] of lies.entries()) {
      await askedTimes(2 * at + 1);
      certificates.receive("b", bytesOf(lie));
    }
    certificates.receive("b", Uint8Array.of(1, 2, 3));
    assert.equal(refused.length, 4);
    assert.equal(store.has(3), false);
    certificates.receive("c", bytesOf(certificateOf(3)));
    assert.deepEqual(await waiting, certificateOf(3));
  });

  test("of each peer that was asked one answer is looked at, and none of others", async () => {
    const { certificates, asked, refused, store } = harness([certificateOf(9)]);
    const waiting = certificates.of(3, SOON_MS);
    assert.deepEqual(asked, ["b 3"]);
    certificates.receive("c", bytesOf(certificateOf(3)));
    certificates.receive("b", bytesOf(certificateOf(3, [0])));
    certificates.receive("b", bytesOf(certificateOf(3, [1])));
    assert.deepEqual([refused.length, store.has(3)], [1, false]);
    certificates.close();
    assert.equal(await waiting, undefined);
  });

  test("an answer that nobody wants is dropped unread", () => {
    const { certificates, refused, store } = harness([certificateOf(9)]);
    certificates.receive("b", bytesOf(certificateOf(3)));
    certificates.receive("b", bytesOf(certificateOf(4, [0])));
    assert.deepEqual([refused, store.size], [[], 1]);
  });

  test("what is asked for is what the other gives", async () => {
    const { certificates } = harness([certificateOf(3), certificateOf(9)]);
    assert.equal(certificates.bytesOf(4), undefined);
    const other = harness([certificateOf(9)]);
    const waiting = other.certificates.of(3, SOON_MS);
    other.certificates.receive("b", certificates.bytesOf(3) ?? assert.fail());
    assert.deepEqual(await waiting, certificateOf(3));
  });

  test("too many who wait are refused, and closing answers all", async () => {
    const { certificates } = harness([], []);
    const waiting = Array.from({ length: 2_000 }, (_, height) => certificates.of(height, SOON_MS));
    const isBusy = (error: unknown): boolean => error instanceof Refusal && error.code === "TOO_MANY_WAITING";
    await assert.rejects(certificates.of(1, SOON_MS), isBusy);
    certificates.close();
    assert.ok((await Promise.all(waiting)).every((certificate) => certificate === undefined));
  });
});
