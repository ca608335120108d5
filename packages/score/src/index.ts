/**
 * What a contract author imports: `contract` makes a SCORE out of methods, `method` checks and types a
 * method's parameters by schemas (`@dure/score/schema`), `refuse` turns a call down, with a code of the
 * contract's own if it likes; amounts and decimals are exact; and collections give the state, whose reads are
 * by key, order, indexes, counts and logs.
 *
 * Guarantees: everything here is pure and deterministic, holds no state, and runs in any JavaScript realm,
 * so that it can be bundled into the contract's own script and fixed with it. A contract's text holds only
 * what it uses. One JSON value has one canonical text (`encodeJson`), which is what the ledger stores. No
 * collection is ever loaded as a whole: what a call reads and writes is bounded by the page that it asks for.
 *
 * Leaves to others: running, isolating, bounding and testing contracts (@dure/score-host), storing their
 * state (@dure/ledger), and deciding who may call (the contract itself, by `ctx.sender`). `@dure/score/api-types`
 * writes TypeScript for clients from a contract's API description.
 */
export { AMOUNT_MAX, addAmounts, amount, amountText, subtractAmounts } from "./amount.ts";
export type { Entry, Page, Range } from "./collection.ts";
export type {
  BlockTime,
  Crypto,
  Data,
  InvokeContext,
  QueryContext,
  Sender,
  SignatureScheme,
} from "./context.ts";
export { type Api, type Contract, type ContractSpec, contract } from "./contract.ts";
export { type Counter, counter, type Total, total } from "./counter.ts";
export {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimal,
  decimalOf,
  decimalText,
  divideDecimals,
  multiplyDecimals,
  type Rounding,
  roundDecimal,
  subtractDecimals,
} from "./decimal.ts";
export {
  API_CHARS_MAX,
  CONTRACT_NAME,
  CONTRACT_VERSION,
  type ContractDescription,
  describeContract,
  METHOD_NAME,
} from "./description.ts";
export { type IndexedMap, type IndexRange, indexed } from "./indexed.ts";
export { integerKey, integerOfKey } from "./integer-key.ts";
export {
  decodeJson,
  encodeJson,
  isWellFormed,
  JSON_DEPTH_MAX,
  type Json,
  JsonError,
  type JsonObject,
  type JsonSchema,
} from "./json.ts";
export type { KeyPage } from "./key-tree.ts";
export { type Log, type LogEntry, log } from "./log.ts";
export { type Method, type MethodDescription, type MethodSpec, method } from "./method.ts";
export { type OrderedMap, ordered } from "./ordered.ts";
export { integerParam, TEXT_CHARS_MAX, textParam, textsParam } from "./params.ts";
export { isRefusal, REFUSAL_CODE_MAX, REFUSAL_CODE_MIN, Refusal, refuse } from "./refusal.ts";
export {
  type ReadableState,
  type State,
  type StateAccess,
  type StateMap,
  type StateValue,
  stateOver,
} from "./state.ts";
