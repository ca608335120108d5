import type { EngineName, IbftRules, Quorums, Rules } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";

/** A protocol with one rule broken. */
export type Mutant = {
  /** LFT unless given. */
  readonly engine?: EngineName;
  /** LFT's rules, with one broken. */
  readonly lft?: Rules;
  /** IBFT's rules, with one broken. */
  readonly ibft?: IbftRules;
  /** What an engine takes for its quorums. */
  readonly quorums?: (sound: Quorums) => Quorums;
  /** Messages leave before what they depend on is durable. */
  readonly sendsFirst?: true;
  /** The blocks of a persist never reach the disk. */
  readonly losesData?: true;
  /** Execution certificates are not given back to a restarted engine. */
  readonly losesExecution?: true;
  /** Rule 14 as "ancestors commit too": the next epoch starts from the empty block whose certificate ended this one. */
  readonly opensOnDescendants?: true;
  /** What of a record reaches the disk. */
  readonly keptRecord?: (record: Bytes) => Bytes;
};

/** Quorums that one validator too few makes. */
export const offByOne = (sound: Quorums, validators: number): Quorums => {
  const isQuorum = (signers: Iterable<number>): boolean => {
    const given = new Set(signers);
    if (sound.isQuorum(given)) return true;
    return Array.from({ length: validators }, (_, index) => index).some(
      (index) => !given.has(index) && sound.isQuorum([...given, index]),
    );
  };
  return { ...sound, isQuorum };
};
