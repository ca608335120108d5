import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  baseCertificate,
  CERTIFICATE_KIND,
  type CommitProof,
  type DirectCommitProof,
  type ExecutionCertificate,
  encodeReceipt,
  encodeText,
  merklePath,
  merkleRoot,
  NO_SIGNATURES,
  ZERO_HASH,
} from "@dure/types";
import {
  encodeBlockDocument,
  encodeStateDocument,
  encodeTransactionDocument,
  type HeaderChain,
  type ResultParts,
} from "./encode.ts";
import type { ProofRefusalCode } from "./facts.ts";
import {
  altered,
  attestBy,
  type Block,
  certify,
  chainOf,
  commitBy,
  commitByChild,
  foundNetwork,
  type Network,
  resultParts,
  runChain,
  suite,
  transactionParts,
} from "./network.fixture.test.ts";
import { trustOf } from "./trust.ts";
import { verifyProof } from "./verify.ts";

const network = foundNetwork(10);
const { trust, channelId } = network;
const blocks = runChain(network, [2, 3, 1, 0]);
const at = (height: number): Block => blocks[height - 1] ?? assert.fail(`no block ${height}`);

const refused = (code: ProofRefusalCode, document: unknown): void => {
  const verdict = verifyProof(trust, document);
  assert.ok(!verdict.ok, "it was taken");
  assert.equal(verdict.code, code, verdict.message);
};

const committed = (height: number, proof: CommitProof): unknown =>
  encodeBlockDocument({ channelId, ends: [] }, height, chainOf([at(height)], proof), undefined);

const vote = certify(network, CERTIFICATE_KIND.vote, at(1));

describe("a commit proof is taken only as a quorum of the genesis made it", () => {
  test("by three of four validators, and by all", () => {
    for (const signers of [
      [0, 1, 2],
      [1, 2, 3],
      [0, 1, 2, 3],
    ])
      assert.ok(verifyProof(trust, committed(1, commitBy(network, at(1), signers))).ok);
  });

  test("by fewer, it is refused", () => {
    for (const signers of [[], [0], [0, 1], [2, 3]])
      refused("PROOF_INVALID", committed(1, commitBy(network, at(1), signers)));
  });

  test("by other keys over the very same statement, it is refused", () => {
    const strangers: Network = { ...network, seeds: foundNetwork(60).seeds };
    refused("PROOF_INVALID", committed(1, commitBy(strangers, at(1), [0, 1, 2, 3])));
    const oneStranger: Network = {
      ...network,
      seeds: [...network.seeds.slice(0, 2), ...strangers.seeds.slice(2)],
    };
    refused("PROOF_INVALID", committed(1, commitBy(oneStranger, at(1))));
  });

  test("with signatures under other validators' names, it is refused", () => {
    const { certificate } = commitBy(network, at(1)) as DirectCommitProof;
    const [first, second, third] = certificate.signatures.signatures;
    const signatures = [second, first, third] as Uint8Array[];
    const swapped = { ...certificate, signatures: { ...certificate.signatures, signatures } };
    refused("PROOF_INVALID", committed(1, { kind: "commit", certificate: swapped }));
  });

  test("of a set of another size, it is refused, even by enough of our validators", () => {
    const { certificate } = commitBy(network, at(1)) as DirectCommitProof;
    for (const validatorCount of [3, 5, 1_024]) {
      const signatures = { ...certificate.signatures, validatorCount };
      refused("PROOF_INVALID", committed(1, { kind: "commit", certificate: { ...certificate, signatures } }));
    }
  });

  test("votes are no commit votes, nor commit votes votes", () => {
    const asCommit = { ...vote, kind: CERTIFICATE_KIND.commit };
    refused("PROOF_INVALID", committed(1, { kind: "commit", certificate: asCommit }));
    refused("PROOF_INVALID", committed(1, { kind: "commit", certificate: vote }));
  });

  test("a QC and a commit certificate together are no two QCs", () => {
    const proof = commitByChild(network, at(1), at(2));
    assert.ok(proof.kind === "chain");
    assert.ok(verifyProof(trust, committed(1, proof)).ok);
    const commit = certify(network, CERTIFICATE_KIND.commit, at(1));
    const childCommit = certify(network, CERTIFICATE_KIND.commit, at(2));
    refused("PROOF_INVALID", committed(1, { ...proof, certificate: commit }));
    refused("PROOF_INVALID", committed(1, { ...proof, childCertificate: childCommit }));
  });

  test("two QCs of views that do not follow one another commit nothing", () => {
    for (const view of [1, 3, 4]) {
      const child = altered(at(2), { view });
      refused("PROOF_INVALID", committed(1, commitByChild(network, at(1), child)));
    }
  });

  test("the QC of a block that is no child commits nothing", () => {
    const stranger = altered(at(2), { parentId: at(3).id });
    refused("PROOF_INVALID", committed(1, commitByChild(network, at(1), stranger)));
  });

  test("view 0, certified by definition, commits nothing", () => {
    const base = baseCertificate(1, channelId);
    const header = altered(at(1), { view: 0 });
    const chain = (proof: CommitProof): HeaderChain => chainOf([header], proof);
    for (const certificate of [base, { ...base, kind: CERTIFICATE_KIND.commit, blockId: header.id }])
      refused(
        "PROOF_INVALID",
        encodeBlockDocument({ channelId, ends: [] }, 1, chain({ kind: "commit", certificate }), undefined),
      );
  });

  test("a block of an epoch that the genesis does not lead to is refused as such", () => {
    const later = altered(at(1), { epoch: 2 });
    const document = encodeBlockDocument(
      { channelId, ends: [] },
      1,
      chainOf([later], commitBy(network, later)),
      undefined,
    );
    refused("EPOCH_UNKNOWN", document);
    refused("PROOF_MALFORMED", { ...(committed(1, commitBy(network, at(1))) as object), epochs: ["AAAA"] });
  });
});

describe("headers lead from the block to the committed one without a gap", () => {
  const document = (headers: readonly Block[], last: Block, height = headers[0]?.header.height ?? 1) =>
    encodeBlockDocument(
      { channelId, ends: [] },
      height,
      chainOf(headers, commitBy(network, last)),
      undefined,
    );

  test("in order, each once, from the very height", () => {
    assert.ok(verifyProof(trust, document([at(1), at(2), at(3)], at(3))).ok);
    refused("PROOF_INVALID", document([at(1), at(3)], at(3)));
    refused("PROOF_INVALID", document([at(1), at(1), at(2)], at(2)));
    refused("PROOF_INVALID", document([at(2), at(1)], at(1)));
    refused("PROOF_INVALID", document([at(1), at(2)], at(3)));
    refused("PROOF_INVALID", document([at(1), at(2)], at(1)));
    refused("PROOF_INVALID", document([at(2)], at(2), 1));
    refused("PROOF_MALFORMED", { ...document([at(1)], at(1)), headers: [] });
  });

  test("a header that the next one does not name as its parent is refused", () => {
    refused("PROOF_INVALID", document([altered(at(1), { timestampMs: 1 }), at(2)], at(2)));
    refused("PROOF_INVALID", document([at(1), altered(at(2), { parentId: ZERO_HASH })], at(2)));
  });

  test("a header of another channel or epoch is refused, wherever it stands", () => {
    const foreign = altered(at(1), { channelId: foundNetwork(60).channelId });
    refused("PROOF_INVALID", document([foreign], foreign));
    const child = altered(at(2), { parentId: foreign.id });
    refused("PROOF_INVALID", document([foreign, child], child));
    const before = altered(at(1), { epoch: 2 });
    const after = altered(at(2), { parentId: before.id });
    refused("PROOF_INVALID", document([before, after], after));
  });
});

describe("a result is shown only with the receipt, the place and the certificate of this very transaction", () => {
  const chain = chainOf([at(2)], commitBy(network, at(2)));
  const document = (result: Partial<ResultParts>) =>
    encodeTransactionDocument({ channelId, ends: [] }, transactionParts(at(2), 1, chain), {
      ...resultParts(network, at(2), 1),
      ...result,
    });

  test("with its own, it is", () => {
    const verdict = verifyProof(trust, document({}));
    assert.ok(verdict.ok && verdict.kind === "transaction");
    assert.equal(verdict.receipt?.result, '{"sum":1}');
  });

  test("with another transaction's receipt and path, it is refused", () => {
    const other = resultParts(network, at(2), 2);
    refused("PROOF_INVALID", document(other));
    refused("PROOF_INVALID", document({ receipt: other.receipt }));
    refused("PROOF_INVALID", document({ path: other.path }));
  });

  test("with another height's certificate, or its whole result, it is refused", () => {
    refused("PROOF_INVALID", document({ execution: attestBy(network, at(1).execution) }));
    refused("PROOF_INVALID", document({ execution: attestBy(network, { ...at(2).execution, height: 3 }) }));
    refused("PROOF_INVALID", document(resultParts(network, at(1), 1)));
  });

  test("with a receipt of these roots that a minority attested, it is refused", () => {
    for (const signers of [[], [0], [1, 3]])
      refused("PROOF_INVALID", document({ execution: attestBy(network, at(2).execution, signers) }));
    refused("PROOF_INVALID", document({ execution: { ...at(2).execution, signatures: NO_SIGNATURES } }));
  });

  /** What is shown where a quorum attested these receipts as the second block's. */
  const attested = (receipts: readonly Uint8Array[]) =>
    document({
      receipt: receipts[1] as Uint8Array,
      path: merklePath(suite, receipts, 1),
      execution: attestBy(network, { ...at(2).execution, receiptsRoot: merkleRoot(suite, receipts) }),
    });

  test("with a receipts tree of another size than the block, it is refused, whoever attests it", () => {
    assert.ok(verifyProof(trust, attested(at(2).receipts)).ok);
    refused("PROOF_INVALID", attested([...at(2).receipts, at(1).receipts[0] as Uint8Array]));
    refused("PROOF_INVALID", attested(at(2).receipts.slice(0, 2)));
  });

  test("with a receipt that names another place or transaction, or is none, it is refused, whoever attests it", () => {
    const own = { code: 0, message: "", result: "1", events: [] };
    const place = { transactionId: at(2).transactions[1]?.id ?? ZERO_HASH, height: 2, index: 1 };
    const withSecond = (bytes: Uint8Array): unknown =>
      attested(at(2).receipts.map((receipt, index) => (index === 1 ? bytes : receipt)));
    assert.ok(verifyProof(trust, withSecond(encodeReceipt({ ...own, ...place }))).ok);
    const transactionId = at(2).transactions[0]?.id ?? ZERO_HASH;
    for (const other of [{ transactionId }, { height: 3 }, { index: 0 }])
      refused("PROOF_INVALID", withSecond(encodeReceipt({ ...own, ...place, ...other })));
    refused("PROOF_MALFORMED", withSecond(Uint8Array.of(1, 2, 3)));
  });

  test("by validators of an epoch that the genesis does not lead to, it is refused as such", () => {
    const execution: ExecutionCertificate = attestBy(network, { ...at(2).execution, epoch: 2 });
    refused("EPOCH_UNKNOWN", document({ execution }));
  });
});

test("a block that leaves out, adds or reorders a transaction is refused", () => {
  const chain = chainOf([at(2)], commitBy(network, at(2)));
  const all = at(2).transactions.map(({ bytes }) => bytes);
  const [first, second, third] = all as [Uint8Array, Uint8Array, Uint8Array];
  const document = (transactions: readonly Uint8Array[], receipts = at(2).receipts) =>
    encodeBlockDocument({ channelId, ends: [] }, 2, chain, {
      transactions,
      receipts: { receipts, execution: attestBy(network, at(2).execution) },
    });
  assert.ok(verifyProof(trust, document(all)).ok);
  for (const transactions of [
    [],
    [first, second],
    [first, third, second],
    [first, second, third, third],
    [first, second, second],
  ])
    refused("PROOF_INVALID", document(transactions));
  for (const receipts of [[], at(2).receipts.slice(1), [...at(2).receipts].reverse(), at(1).receipts])
    refused("PROOF_INVALID", document(all, receipts));
});

describe("a block that a quorum committed or attested wrongly is refused all the same", () => {
  const all = at(2).transactions.map(({ bytes }) => bytes);
  /** The second block with other transactions or another count in its header, committed. */
  const document = (transactions: readonly Uint8Array[], transactionCount = transactions.length) => {
    const block = altered(at(2), { bodyRoot: merkleRoot(suite, transactions), transactionCount });
    const chain = chainOf([block], commitBy(network, block));
    return encodeBlockDocument({ channelId, ends: [] }, 2, chain, { transactions, receipts: undefined });
  };
  const attested = (receipts: readonly Uint8Array[], height = 2) =>
    encodeBlockDocument({ channelId, ends: [] }, 2, chainOf([at(2)], commitBy(network, at(2))), {
      transactions: all,
      receipts: {
        receipts,
        execution: attestBy(network, {
          ...at(2).execution,
          height,
          receiptsRoot: merkleRoot(suite, receipts),
        }),
      },
    });

  test("where its count is not that of its transactions", () => {
    assert.ok(verifyProof(trust, document(all)).ok);
    refused("PROOF_INVALID", document(all, 2));
    refused("PROOF_INVALID", document(all, 4));
  });

  test("where a transaction is of another channel, or none", () => {
    const [foreign] = runChain(foundNetwork(60), [1])[0]?.transactions ?? [];
    refused("PROOF_INVALID", document([...all, foreign?.bytes as Uint8Array]));
    refused("PROOF_MALFORMED", document([...all, Uint8Array.of(1, 2, 3)]));
    const alone = altered(at(1), { bodyRoot: merkleRoot(suite, [Uint8Array.of(7)]), transactionCount: 1 });
    const chain = chainOf([alone], commitBy(network, alone));
    const path = merklePath(suite, [Uint8Array.of(7)], 0);
    const parts = { height: 1, index: 0, transaction: Uint8Array.of(7), path, chain };
    refused("PROOF_MALFORMED", encodeTransactionDocument({ channelId, ends: [] }, parts, undefined));
  });

  test("where its receipts are more, fewer, or of another height", () => {
    assert.ok(verifyProof(trust, attested(at(2).receipts)).ok);
    refused("PROOF_INVALID", attested([...at(2).receipts, at(1).receipts[0] as Uint8Array]));
    refused("PROOF_INVALID", attested(at(2).receipts.slice(0, 2)));
    refused("PROOF_INVALID", attested(at(2).receipts, 3));
  });
});

test("a state is shown only under a root that a quorum attested, and not where none was", () => {
  const key = encodeText("key 2/1");
  const document = (execution: ExecutionCertificate, state = at(2).prove(key)) =>
    encodeStateDocument({ channelId, ends: [] }, key, state, execution);
  assert.ok(verifyProof(trust, document(attestBy(network, at(2).execution))).ok);
  refused("PROOF_INVALID", document(attestBy(network, at(3).execution)));
  refused("PROOF_INVALID", document(attestBy(network, at(2).execution), at(1).prove(key)));
  refused("PROOF_INVALID", document(attestBy(network, at(2).execution, [0, 1])));
  refused("PROOF_INVALID", document(attestBy(network, { ...at(2).execution, stateRoot: undefined })));
  refused("EPOCH_UNKNOWN", document(attestBy(network, { ...at(2).execution, epoch: 0 })));
});

describe("trust comes from a genesis document alone", () => {
  test("one that is none is refused with a reason", () => {
    for (const text of [
      "",
      "{}",
      "null",
      `${network.genesisText} `,
      network.genesisText.replace('"test"', '"Test"'),
    ]) {
      const trusted = trustOf(suite, text);
      assert.ok(!trusted.ok && trusted.code === "GENESIS_MALFORMED" && trusted.message.length > 0);
    }
  });

  test("one that differs in a single validator is another channel", () => {
    const other = foundNetwork(11);
    const verdict = verifyProof(other.trust, committed(1, commitBy(network, at(1))));
    assert.ok(!verdict.ok && verdict.code === "PROOF_WRONG_CHANNEL");
  });
});
