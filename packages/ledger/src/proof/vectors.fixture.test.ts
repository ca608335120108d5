/** The golden vectors of specs/proofs.md: proofs with what they show, and others with the code that refuses them. */
import assert from "node:assert/strict";
import { fromBase64, toBase64, toHex } from "@dure/types";
import type { ProofDocument } from "./document.ts";
import { makeWorld } from "./documents.fixture.test.ts";
import type { ProofFacts } from "./facts.ts";
import { verifyProof } from "./verify.ts";

/** Facts as JSON: bytes in hexadecimal digits, transactions by their ids, null for what is not shown. */
const factsAsJson = (facts: ProofFacts): object => {
  switch (facts.kind) {
    case "transaction": {
      const { kind, id, height, index, timestampMs, blockId, transaction, receipt = null } = facts;
      return { kind, id, height, index, timestampMs, blockId, sender: transaction.sender, receipt };
    }
    case "block": {
      const { kind, id, header, transactions, receipts = null, execution = null } = facts;
      const { height, timestampMs } = header;
      const ids = transactions?.map((transaction) => transaction.id) ?? null;
      return { kind, id, height, timestampMs, transactions: ids, receipts, execution };
    }
    case "state": {
      const { kind, height, key, value, version = null, stateRoot } = facts;
      return {
        kind,
        height,
        key: toHex(key),
        value: value === undefined ? null : toHex(value),
        version,
        stateRoot,
      };
    }
  }
};

type Fields = Readonly<Record<string, unknown>>;

const withLastByteFlipped = (text: unknown): string => {
  const bytes = Uint8Array.from(fromBase64(String(text)) ?? assert.fail("no base64"));
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  return toBase64(bytes);
};

/** What is done to a valid proof, and what refuses it then. */
const REFUSED: readonly {
  readonly name: string;
  readonly of: number;
  readonly change: (proof: Fields) => Fields;
}[] = [
  { name: "a field too many", of: 0, change: (proof) => ({ ...proof, note: "" }) },
  { name: "a field too few", of: 0, change: ({ path: _, ...proof }) => proof },
  { name: "another format", of: 0, change: (proof) => ({ ...proof, format: "dure/proof/2" }) },
  {
    name: "base64 without padding",
    of: 0,
    change: (proof) => ({
      ...proof,
      headers: [String((proof["headers"] as string[])[0]).replace(/=+$/, "")],
    }),
  },
  { name: "a number in text", of: 0, change: (proof) => ({ ...proof, height: "1" }) },
  { name: "another channel", of: 0, change: (proof) => ({ ...proof, channelId: "00".repeat(32) }) },
  {
    name: "an end of an epoch that is none",
    of: 0,
    change: (proof) => ({ ...proof, epochs: ["AA=="] }),
  },
  {
    name: "a signature with one bit changed",
    of: 0,
    change: (proof) => ({ ...proof, commit: withLastByteFlipped(proof["commit"]) }),
  },
  {
    name: "a transaction with one bit changed",
    of: 0,
    change: (proof) => ({ ...proof, transaction: withLastByteFlipped(proof["transaction"]) }),
  },
  { name: "another index", of: 1, change: (proof) => ({ ...proof, index: 19 }) },
  {
    name: "headers with a gap",
    of: 2,
    change: (proof) => ({ ...proof, headers: (proof["headers"] as string[]).filter((_, at) => at !== 1) }),
  },
  {
    name: "headers that end before the committed one",
    of: 2,
    change: (proof) => ({ ...proof, headers: (proof["headers"] as string[]).slice(0, 2) }),
  },
  {
    name: "a transaction left out",
    of: 6,
    change: (proof) => ({
      ...proof,
      data: {
        ...(proof["data"] as Fields),
        transactions: ((proof["data"] as Fields)["transactions"] as string[]).slice(1),
      },
    }),
  },
  {
    name: "the state of another key",
    of: 9,
    change: (proof) => ({ ...proof, key: toBase64(new TextEncoder().encode("key 2/12")) }),
  },
];

/** Everything of `specs/vectors/proof.json`. */
export const proofVectors = () => {
  const { network, proofs } = makeWorld(10);
  const { genesisText, channelId, trust } = network;
  const valid = proofs.map(({ name, document }) => {
    const verdict = verifyProof(trust, document);
    assert.ok(verdict.ok, verdict.ok ? "" : verdict.message);
    return { name, proof: document, shows: factsAsJson(verdict) };
  });
  const refused = REFUSED.map(({ name, of, change }) => {
    const proof = change(proofs[of]?.document as ProofDocument & Fields);
    const verdict = verifyProof(trust, proof);
    assert.ok(!verdict.ok, name);
    return { name, proof, code: verdict.code };
  });
  return { genesis: genesisText, channelId, valid, refused };
};
