/** A consortium whose peers run in this process, and the SCORE store as its administrators meet it. */
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Identity } from "@dure/crypto/x509";
import { pack } from "@dure/score-host";
import { formatPackage, packageHash, partsOf, type ScorePackage } from "@dure/score-store";
import { toBase64 } from "@dure/types";
import {
  type Change,
  commit,
  enrol,
  type Founded,
  found,
  type Json,
  makeOrganisation,
  postJson,
  type Running,
  signed,
  statusOf,
} from "./fixture.test.ts";

const ORGANISATIONS = ["b", "c"] as const;

export type Consortium = Founded & { readonly admins: Readonly<Record<"org" | "b" | "c", Identity>> };

/** A channel of three organisations, one of which runs the peers, founded with the SCORE store. */
export const foundStore = async (
  validators: number,
  followers = 0,
  change: Change = (document) => document,
): Promise<Consortium> => {
  const others = await Promise.all(ORGANISATIONS.map((name) => makeOrganisation(name)));
  const store = await pack(fileURLToPath(import.meta.resolve("@dure/score-store/contract")));
  const founded = await found(validators, followers, (document) =>
    change({
      ...document,
      organisations: [
        ...document.organisations,
        ...others.map(({ root }) => ({ name: root.organisation, root: toBase64(root.der) })),
      ],
      scores: [...document.scores, store],
    }),
  );
  const [org, b, c] = await Promise.all(
    [founded.organisation, ...others].map((each) => enrol(each, "ann", "admin")),
  );
  assert.ok(org && b && c);
  return { ...founded, admins: { org, b, c } };
};

/** Submits a signed call and waits for its receipt. */
const call = async (
  { url }: Running,
  founded: Founded,
  identity: Identity,
  score: string,
  method: string,
  params: unknown,
): Promise<Json> => {
  const transaction = signed(founded, identity, { method, params }, { score });
  const { answer } = await postJson(`${url}/api/v2/transactions?wait=executed&waitMs=30000`, {
    transactions: [toBase64(transaction)],
    certificates: [toBase64(identity.certificate.der)],
  });
  const [first] = answer["transactions"] as readonly Json[];
  assert.equal(first?.["status"], "executed", JSON.stringify(answer));
  return first["receipt"] as Json;
};

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** A counter: `extra` are further parts of it as script. */
export const counter = (
  version: string,
  extra = "",
  steps: Partial<ScorePackage["functions"]> = {},
): ScorePackage => ({
  format: "dure/score/1",
  id: "counter",
  version,
  auth: { name: "", email: "", org: "" },
  description: "",
  functions: { init: true, invoke: ["add"], query: ["sum"], migrate: false, rollback: false, ...steps },
  source: `module.exports.default = { abi: 1, name: "counter", version: "${version}",
    init: (ctx, params) => ctx.state.set("sum", params.from ?? 0),
    invoke: { add: (ctx) => { const sum = ctx.state.get("sum") + 1; ctx.state.set("sum", sum); return sum; } },
    query: { sum: (ctx) => ctx.state.get("sum") },
    ${extra}
  };`,
});

/** The store as administrators of these peers meet it. */
export class Store {
  readonly #founded: Consortium;
  readonly peer: Running;

  constructor(founded: Consortium, peer: Running) {
    this.#founded = founded;
    this.peer = peer;
  }

  async call(admin: "org" | "b" | "c", method: string, params: unknown): Promise<Json> {
    const { code, message, result } = await call(
      this.peer,
      this.#founded,
      this.#founded.admins[admin],
      "score-store",
      method,
      params,
    );
    assert.equal(code, 0, String(message));
    return result as Json;
  }

  /** Registers a package by one organisation and has two agree on it. Returns the proposal. */
  async agreeOn(score: ScorePackage, action: "deploy" | "upgrade", more: Json = {}): Promise<Json> {
    const text = formatPackage(score);
    const hash = packageHash(text, sha256);
    const parts = partsOf(text, 600);
    for (const [index, part] of parts.entries())
      await this.call("org", "upload", { hash, index, of: parts.length, text: part });
    await this.call("org", "register", { hash });
    return this.agree({ action, score: score.id, hash, ...more });
  }

  async agree(proposal: Json): Promise<Json> {
    const { id, status } = await this.call("org", "propose", proposal);
    assert.equal(status, "open");
    const scheduled = await this.call("b", "approve", { proposal: id });
    assert.equal(scheduled["status"], "scheduled");
    return scheduled;
  }

  /** Has blocks made until that of a height is executed. */
  async reach(height: number): Promise<void> {
    while (statusOf(this.peer).executedHeight < height) await commit(this.peer, { data: "on" });
  }

  add(): Promise<Json> {
    return call(this.peer, this.#founded, this.#founded.admins.c, "counter", "add", {});
  }
}
