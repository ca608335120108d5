import type { Api } from "./contract.ts";
import { decodeJson, encodeJson, type JsonObject } from "./json.ts";

export const CONTRACT_NAME: RegExp = /^[a-z0-9-]{1,64}$/;
export const CONTRACT_VERSION: RegExp = /^\d{1,6}\.\d{1,6}\.\d{1,6}$/;
export const METHOD_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
/** How long the text of a contract's API description may be, in UTF-16 code units of its canonical JSON. */
export const API_CHARS_MAX = 65_536;

/** What a contract offers, by name. Only methods listed here may be called. */
export type ContractDescription = {
  readonly name: string;
  readonly version: string;
  readonly init: boolean;
  readonly migrate: boolean;
  readonly rollback: boolean;
  readonly invoke: readonly string[];
  readonly query: readonly string[];
  /** What the methods take and give, as the contract says. Of contracts packed before version 2 of the ABI: empty. */
  readonly api: Api;
};

/**
 * Returns what a module's default export offers as a contract. Contracts of version 1 of the ABI, which have
 * neither migrations nor a description, are contracts still: channels carry their text.
 *
 * @throws Error saying what is wrong with it: a mistake of the author, met when packing.
 */
export const describeContract = (value: unknown): ContractDescription => {
  if (!isRecord(value) || (value.abi !== 1 && value.abi !== 2))
    throw new Error("the module's default export must be made by contract({...}) of @dure/score");
  const { name, version } = value;
  if (typeof name !== "string" || !CONTRACT_NAME.test(name))
    throw new Error("a contract's name must match [a-z0-9-]{1,64}");
  if (typeof version !== "string" || !CONTRACT_VERSION.test(version))
    throw new Error("a contract's version must be like 1.0.0");
  const has = (step: "init" | "migrate" | "rollback"): boolean => {
    if (value[step] === undefined) return false;
    if (typeof value[step] !== "function") throw new Error(`${step} must be a function`);
    return true;
  };
  const [init, migrate, rollback] = [has("init"), has("migrate"), has("rollback")];
  const invoke = methodNames(value.invoke, "invoke");
  const query = methodNames(value.query, "query");
  const twice = query.find((method) => invoke.includes(method));
  if (twice !== undefined) throw new Error(`${twice} is both an invoke and a query method`);
  const api = value.abi === 1 ? {} : apiOf(value, { init: init ? ["init"] : [], invoke, query });
  return { name, version, init, migrate, rollback, invoke, query, api };
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const methodNames = (table: unknown, kind: string): readonly string[] => {
  if (!isRecord(table)) throw new Error(`${kind} must be an object of methods`);
  return Object.entries(table).map(([name, method]) => {
    if (!METHOD_NAME.test(name)) throw new Error(`${kind}.${name} must match [A-Za-z_][A-Za-z0-9_]{0,63}`);
    if (typeof method !== "function") throw new Error(`${kind}.${name} must be a function`);
    return name;
  });
};

type Names = {
  readonly init: readonly string[];
  readonly invoke: readonly string[];
  readonly query: readonly string[];
};

/** Returns a contract's own description, as plain JSON of what it says, once it fits the methods it has. */
const apiOf = (contract: Record<string, unknown>, names: Names): Api => {
  const { describe } = contract;
  if (typeof describe !== "function") throw new Error("describe must be a function");
  if (names.init.length > 0 && (names.invoke.includes("init") || names.query.includes("init")))
    throw new Error("a method cannot be named init beside the contract's init");
  const text = encodeJson(describe());
  if (text.length > API_CHARS_MAX)
    throw new Error(
      `the API description of ${text.length} characters is beyond ${API_CHARS_MAX}: shorten it`,
    );
  const api = decodeJson(text) as JsonObject;
  const expected = Object.entries(names).flatMap(([kind, methods]) =>
    methods.map((method) => [method, kind]),
  );
  if (!isRecord(api) || Object.keys(api).length !== expected.length)
    throw new Error("describe() must return an object of the contract's methods");
  for (const [method, kind] of expected) checkMethod(api[method!], method!, kind!);
  return api as Api;
};

const checkMethod = (described: unknown, method: string, kind: string): void => {
  if (!isRecord(described) || described.kind !== kind)
    throw new Error(`describe() must say that ${method} is ${kind}`);
  const { summary, params, result } = described;
  if (summary !== undefined && typeof summary !== "string")
    throw new Error(`the summary of ${method} must be a text`);
  for (const schema of [params, result])
    if (schema !== undefined && (!isRecord(schema) || Array.isArray(schema)))
      throw new Error(`the schemas of ${method} must be objects`);
};
