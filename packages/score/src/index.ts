/**
 * What a contract author imports: `contract` makes a SCORE out of plain methods, `refuse` turns a call down,
 * amounts never wrap or go negative, and parameters are read with a check.
 *
 * Guarantees: everything here is pure and deterministic, holds no state, and runs in any JavaScript realm,
 * so that it can be bundled into the contract's own script and fixed by the channel's genesis. One JSON value
 * has one canonical text (`encodeJson`), which is what the ledger stores.
 *
 * Leaves to others: running, isolating, bounding and testing contracts (@dure/score-host), storing their
 * state (@dure/ledger), and deciding who may call (the contract itself, by `ctx.sender`).
 */
export { AMOUNT_MAX, addAmounts, amount, amountText, subtractAmounts } from "./amount.ts";
export {
  type BlockTime,
  CONTRACT_NAME,
  CONTRACT_VERSION,
  type Contract,
  type ContractDescription,
  type ContractSpec,
  contract,
  describeContract,
  type InvokeContext,
  METHOD_NAME,
  type QueryContext,
  type Sender,
} from "./contract.ts";
export {
  decodeJson,
  encodeJson,
  isWellFormed,
  JSON_DEPTH_MAX,
  type Json,
  JsonError,
  type JsonObject,
} from "./json.ts";
export { integerParam, TEXT_CHARS_MAX, textParam, textsParam } from "./params.ts";
export { Refusal, refuse } from "./refusal.ts";
export {
  type ReadableState,
  type State,
  type StateAccess,
  type StateMap,
  type StateValue,
  stateOver,
} from "./state.ts";
