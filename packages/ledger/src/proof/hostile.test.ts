import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CommitProof, toBase64 } from "@dure/types";
import { encodeBlockDocument, encodeStateDocument } from "./encode.ts";
import {
  attestBy,
  type Block,
  chainOf,
  commitBy,
  foundNetwork,
  type Network,
  runChain,
  suite,
} from "./network.fixture.test.ts";
import { trustOf } from "./trust.ts";
import { verifyProof } from "./verify.ts";

const network = foundNetwork(10);
const { trust, channelId } = network;
const blocks = runChain(network, [2, 3, 1]);
const at = (height: number): Block => blocks[height - 1] ?? assert.fail(`no block ${height}`);

const refused = (code: string, document: unknown): void => {
  const verdict = verifyProof(trust, document);
  assert.ok(!verdict.ok, "it was taken");
  assert.equal(verdict.code, code, verdict.message);
};

const committed = (height: number, proof: CommitProof): unknown =>
  encodeBlockDocument({ channelId, ends: [] }, height, chainOf([at(height)], proof), undefined);

describe("a hostile proof costs no more than an honest one", () => {
  const base = committed(1, commitBy(network, at(1))) as Record<string, unknown>;
  /** A list that fails the test when an item of it is read. */
  const unreadable = (length: number): unknown =>
    new Proxy(new Array(length), {
      get: (list, name) =>
        name === "length" ? length : assert.fail(`read ${String(name)} of ${list.length}`),
    });

  test("a list that is too long is refused before its items are looked at", () => {
    refused("PROOF_MALFORMED", { ...base, headers: unreadable(2 ** 32 - 1) });
    refused("PROOF_MALFORMED", { ...base, headers: unreadable(1_025) });
    refused("PROOF_MALFORMED", { ...base, data: { transactions: unreadable(100_001), receipts: null } });
    const signature = "A".repeat(4 * 33);
    refused("PROOF_MALFORMED", { ...base, commit: signature.repeat(1 << 14) });
  });

  test("a part is bounded to the byte", () => {
    const execution = attestBy(network, at(2).execution);
    const sized = (length: number): unknown => {
      const key = new Uint8Array(length);
      return encodeStateDocument({ channelId, ends: [] }, key, at(2).prove(key), execution);
    };
    assert.ok(verifyProof(trust, sized(65_536)).ok);
    refused("PROOF_MALFORMED", sized(65_537));
  });

  test("parts that are too large together are refused before they are decoded", () => {
    const large = toBase64(new Uint8Array(1 << 20));
    refused("PROOF_MALFORMED", { ...base, data: { transactions: Array(70).fill(large), receipts: null } });
  });

  test("no signature is verified for a proof whose hashes do not match, nor more than there are validators", () => {
    let verified = 0;
    const counting = {
      ...suite,
      verify: (...given: Parameters<typeof suite.verify>): boolean => {
        verified += 1;
        return suite.verify(...given);
      },
    };
    const trusted = trustOf(counting, network.genesisText);
    assert.ok(trusted.ok);
    const gap = encodeBlockDocument(
      { channelId, ends: [] },
      1,
      chainOf([at(1), at(3)], commitBy(network, at(3))),
      undefined,
    );
    assert.equal(verifyProof(trusted.trust, gap).ok, false);
    assert.equal(verified, 0);
    const wide: Network = {
      ...network,
      seeds: Array.from({ length: 200 }, (_, n) => new Uint8Array(32).fill(n)),
    };
    const crowd = commitBy(
      wide,
      at(1),
      wide.seeds.map((_, n) => n),
    );
    assert.equal(verifyProof(trusted.trust, committed(1, crowd)).ok, false);
    assert.equal(verified, 0);
    assert.ok(verifyProof(trusted.trust, committed(1, commitBy(network, at(1), [0, 1, 2, 3]))).ok);
    assert.equal(verified, 4);
  });

  test("an object whose getters throw, or that is a proxy of everything, is refused", () => {
    const thrower = { get: (): never => assert.fail("read"), enumerable: true };
    for (const field of Object.keys(base))
      refused("PROOF_MALFORMED", Object.defineProperty({ ...base }, field, thrower));
    refused(
      "PROOF_MALFORMED",
      new Proxy(
        {},
        {
          get: () => "dure/proof/1",
          ownKeys: () => {
            throw new TypeError("no");
          },
        },
      ),
    );
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    refused("PROOF_MALFORMED", proxy);
    const cyclic: Record<string, unknown> = { ...base };
    cyclic["commit"] = cyclic;
    refused("PROOF_MALFORMED", cyclic);
  });
});
