import type { ProofFacts, ProofVerdict } from "./facts.ts";
import { type ReadProof, readProof } from "./read-document.ts";
import { malformed, ProofRefusal } from "./refusal.ts";
import type { Trust } from "./trust.ts";
import { blockFacts } from "./verify-block.ts";
import { followEnds } from "./verify-ends.ts";
import { stateFacts } from "./verify-state.ts";
import { transactionFacts } from "./verify-transaction.ts";

const factsOf = (genesis: Trust, proof: ReadProof): ProofFacts => {
  const trust = followEnds(genesis, proof.ends);
  switch (proof.kind) {
    case "transaction":
      return transactionFacts(trust, proof);
    case "block":
      return blockFacts(trust, proof);
    case "state":
      return stateFacts(trust, proof);
  }
};

/** Reading touches the caller's value, whose getters may throw anything at all; verifying works on copies. */
const readAny = (trust: Trust, value: unknown): ReadProof => {
  try {
    return readProof(trust.channelId, value);
  } catch (error) {
    if (error instanceof ProofRefusal) throw error;
    return malformed("the proof cannot be read");
  }
};

const verdictOf = (work: () => ProofFacts): ProofVerdict => {
  try {
    return { ok: true, ...work() };
  } catch (error) {
    if (error instanceof ProofRefusal) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
};

/**
 * What a proof (specs/proofs.md) shows to someone who trusts the genesis alone, or why it is refused. `value` is what
 * `JSON.parse` gives; no value makes it throw. Work and memory are linear in the value, and no proof costs more
 * signatures than three times the validators, and twice those of each epoch that it leads through.
 */
export const verifyProof = (trust: Trust, value: unknown): ProofVerdict =>
  verdictOf(() => factsOf(trust, readAny(trust, value)));

/** Whitespace of JSON. None of a proof's texts holds any, nor a character that JSON escapes. */
const WHITESPACE = /[ \t\r\n]+/g;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return malformed("the proof is no JSON text");
  }
};

/**
 * The same for a proof's text, as it is kept in a file. Beyond whitespace and the order of fields a proof has one text:
 * this also refuses doubled fields, of which `JSON.parse` keeps the last and others the first, and other spellings.
 */
export const verifyProofText = (trust: Trust, text: string): ProofVerdict =>
  verdictOf(() => {
    const value = parse(text);
    const proof = readAny(trust, value);
    if (JSON.stringify(value) !== text.replace(WHITESPACE, ""))
      return malformed("a field stands twice, or a text or number is not in its shortest form");
    return factsOf(trust, proof);
  });
