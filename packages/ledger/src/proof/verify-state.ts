import { verifyStateProof } from "../state/proof.ts";
import type { StateFacts } from "./facts.ts";
import type { ReadStateProof } from "./read-document.ts";
import { invalid } from "./refusal.ts";
import type { Trust } from "./trust.ts";
import { checkExecution } from "./verify-execution.ts";

/** What a key's proof shows. Throws ProofRefusal. */
export const stateFacts = (trust: Trust, { key, state, execution }: ReadStateProof): StateFacts => {
  const { height, stateRoot } = execution;
  if (stateRoot === undefined)
    return invalid(`at height ${height} the channel attested receipts alone: no state can be proven there`);
  const verdict = verifyStateProof(trust.suite, stateRoot, key, state);
  if (verdict.kind === "invalid") return invalid(verdict.message);
  checkExecution(trust, execution);
  const held = verdict.kind === "present" ? verdict : { value: undefined, version: undefined };
  return { kind: "state", height, key, value: held.value, version: held.version, stateRoot };
};
