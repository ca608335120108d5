/** The part of the ledger that clients run too, without Node: what a state proof shows under a certified root. */
export type { Version } from "./state/entry.ts";
export {
  decodeStateProof,
  type Held,
  type StateProof,
  type StateVerdict,
  verifyStateProof,
} from "./state/proof.ts";
