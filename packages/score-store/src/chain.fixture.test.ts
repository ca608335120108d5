import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  type Data,
  decodeJson,
  encodeJson,
  type Json,
  type JsonObject,
  Refusal,
  type Sender,
  stateOver,
} from "@dure/score";
import contract from "./contract.ts";
import { formatPackage, packageHash, partsOf, type ScorePackage } from "./package.ts";
import { HOST_ID } from "./records.ts";
import { dueActivations, type GetText } from "./registry.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

export const scorePackage = (
  id: string,
  version: string,
  change: Partial<ScorePackage> = {},
): ScorePackage => ({
  format: "dure/score/1",
  id,
  version,
  auth: { name: "", email: "", org: "" },
  description: "",
  functions: { init: true, invoke: ["add"], query: ["count"], migrate: false, rollback: false },
  source: `// ${id} ${version}`,
  ...change,
});

const unasked = (): never => assert.fail("the store asks no other SCORE, and checks no signature");

const SURROUNDINGS = {
  crypto: { sha256: (data: Data) => sha256(String(data)), sha512: unasked, verify: unasked },
  ask: unasked,
  call: unasked,
};

type Call = { readonly code: number; readonly message: string; readonly result: Json };

/** The store over a state in memory, block by block: what is due is activated first, and `verdict` says how that goes. */
export class Chain {
  readonly state = new Map<string, string>();
  readonly events: { readonly name: string; readonly data: JsonObject }[] = [];
  height = 0;
  organisations: readonly string[];
  /** The SCOREs through which calls come. */
  callers: readonly string[] = [];
  /** The message with which the activation of a SCORE fails; "" if it does not. */
  verdict: (score: string) => string = () => "";

  constructor(organisations: readonly string[], scores?: readonly JsonObject[]) {
    this.organisations = organisations;
    const call = this.#call("init", scores === undefined ? {} : { scores }, this.#sender("", []));
    assert.equal(call.code, 0, call.message);
  }

  readonly get: GetText = (key) => this.state.get(key);

  #sender(organisation: string, roles: readonly string[], id = sha256(organisation)) {
    return { id, name: "ann", organisation, roles, attributes: {} };
  }

  #call(method: string, params: JsonObject, sender: Sender): Call {
    const writes = new Map<string, string | undefined>();
    const events: (typeof this.events)[number][] = [];
    const read = (key: string) => (writes.has(key) ? writes.get(key) : this.state.get(`score-store\0${key}`));
    const state = stateOver({
      get: (key) => {
        const text = read(key);
        return text === undefined ? undefined : decodeJson(text);
      },
      has: (key) => read(key) !== undefined,
      set: (key, value) => void writes.set(key, encodeJson(value)),
      delete: (key) => void writes.set(key, undefined),
    });
    const context = {
      ...SURROUNDINGS,
      callers: this.callers,
      state,
      sender,
      block: { height: this.height, timestampMs: this.height * 1000 },
      transaction: { id: HOST_ID, index: 0 },
      channel: { organisations: this.organisations },
      emit: (name: string, data: unknown) => void events.push({ name, data: data as JsonObject }),
    };
    try {
      const run = method === "init" ? contract.init : contract.invoke[method];
      const result = run?.(context, params);
      for (const [key, value] of writes)
        if (value === undefined) this.state.delete(`score-store\0${key}`);
        else this.state.set(`score-store\0${key}`, value);
      this.events.push(...events);
      return { code: 0, message: "", result: decodeJson(encodeJson(result ?? null)) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { code: error.code, message: error.message, result: error.details ?? null };
    }
  }

  /** Begins the next block: what is due is activated, as far as `verdict` lets it. */
  block(): void {
    this.height++;
    for (const { score, version, action, hash } of dueActivations(this.get, this.height)) {
      const message = this.verdict(score);
      const params = { score, version, action, hash, code: message === "" ? 0 : 9100, message };
      const call = this.#call("applied", { ...params, height: this.height }, this.#sender("", [], HOST_ID));
      assert.equal(call.code, 0, call.message);
    }
  }

  /** Executes one call in a block of its own. */
  invoke(
    organisation: string,
    method: string,
    params: JsonObject,
    roles: readonly string[] = ["admin"],
  ): Call {
    this.block();
    return this.#call(method, params, this.#sender(organisation, roles));
  }

  /** The same; what it returned, or a failed test. */
  done(organisation: string, method: string, params: JsonObject): JsonObject {
    const { code, message, result } = this.invoke(organisation, method, params);
    assert.equal(code, 0, message);
    return result as JsonObject;
  }

  refused(organisation: string, method: string, params: JsonObject, message: RegExp): void {
    const call = this.invoke(organisation, method, params);
    assert.equal(call.code, 9000);
    assert.match(call.message, message);
  }

  query(method: string, params: JsonObject = {}): Json {
    const state = stateOver({
      get: (key) => {
        const text = this.state.get(`score-store\0${key}`);
        return text === undefined ? undefined : decodeJson(text);
      },
      has: (key) => this.state.has(`score-store\0${key}`),
      set: () => assert.fail("a query writes"),
      delete: () => assert.fail("a query deletes"),
    });
    const context = {
      ...SURROUNDINGS,
      callers: [],
      channel: { organisations: this.organisations },
      state,
      sender: this.#sender("", []),
      block: { height: this.height, timestampMs: 0 },
    };
    return decodeJson(encodeJson(contract.query[method]?.(context, params)));
  }

  /** Uploads and registers a package, and returns its hash. */
  register(organisation: string, score: ScorePackage, partBytes?: number): string {
    const text = formatPackage(score);
    const hash = packageHash(text, sha256);
    const parts = partsOf(text, partBytes);
    for (const [index, part] of parts.entries())
      this.done(organisation, "upload", { hash, index, of: parts.length, text: part });
    this.done(organisation, "register", { hash });
    return hash;
  }

  /** What runs, as `name version` each. */
  running(): readonly string[] {
    return (this.query("list") as readonly JsonObject[])
      .filter(({ active }) => active === true)
      .map(({ score, version }) => `${score} ${version}`);
  }
}
