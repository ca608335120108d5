import { strict as assert } from "node:assert";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { commit, type Founded, found, type Json, type Running, startMember } from "../fixture.test.ts";
import { createRest } from "./server.ts";

const UNKNOWN = "ab".repeat(32);

let home: string;
let founded: Founded;
let running: Running;
let document: Json;
let ids: readonly string[];

before(async () => {
  home = await mkdtemp(join(tmpdir(), "dure-openapi-"));
  founded = await found(1);
  running = await startMember(founded, 0, home);
  const propose = { proposer: "a", counterparties: ["b"], content: "c", quorum: 2 };
  ids = [
    await commit(running, { data: "hello" }),
    await commit(running, { jsonrpc: "2.0", method: "propose", params: propose }),
    await commit(running, { jsonrpc: "2.0", method: "no_such_method", params: {} }),
  ];
  document = (await (await fetch(`${running.url}/api/v2/openapi.json`)).json()) as Json;
});

after(async () => {
  await running.peer.close();
  await rm(home, { recursive: true, force: true });
});

const at = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((inner, name) => (inner as Json | undefined)?.[name], value);

const validators = new Map<unknown, ValidateFunction>();

/** What is documented for an answer of a route: fails if that status is not, or the answer is of another shape. */
const hold = (method: string, route: string, status: number, answer: unknown): void => {
  const content = at(document, "paths", `/api/v2${route}`, method.toLowerCase(), "responses", String(status));
  assert.ok(content !== undefined, `${method} ${route} documents no status ${status}`);
  const schema = at(content, "content", "application/json", "schema") as Json;
  let validate = validators.get(schema);
  if (validate === undefined) {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    (formats as unknown as (ajv: Ajv2020) => void)(ajv);
    validate = ajv.compile({ ...schema, components: document["components"] });
    validators.set(schema, validate);
  }
  assert.ok(
    validate(answer),
    `${method} ${route} ${status}: ${JSON.stringify(validate.errors)} of ${JSON.stringify(answer)}`,
  );
};

const asked = new Set<string>();

const ask = async (method: string, route: string, path: string, body?: unknown): Promise<Json> => {
  const response = await fetch(`${running.url}/api/v2${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Json;
  hold(method, route, response.status, answer);
  if (response.status === 200) asked.add(`${method} /api/v2${route}`);
  return answer;
};

test("the description is valid OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate(document as Record<string, unknown>);
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(document["openapi"], "3.1.0");
});

test("every route answers as it is described, and none is described that is not asked here", async () => {
  const [data, call, refused] = ids as [string, string, string];
  const last = await ask("GET", "/blocks/{which}", "/blocks/last");
  await ask("GET", "/blocks/{which}", `/blocks/${last["id"]}?proof=true`);
  await ask("GET", "/blocks/{which}", `/blocks/${last["height"]}?full=true`);
  await ask("GET", "/blocks", "/blocks");
  await ask("GET", "/blocks", "/blocks?order=asc&limit=1");
  await ask("GET", "/blocks", "/blocks?proof=true");
  await ask("GET", "/blocks/{which}/transactions", `/blocks/${last["height"]}/transactions?limit=1`);
  for (const id of [data, call, refused]) {
    await ask("GET", "/transactions/{id}", `/transactions/${id}`);
    await ask("GET", "/transactions/{id}", `/transactions/${id}?proof=true`);
  }
  await ask("POST", "/query", "/query", { method: "get_user_contracts", params: { user_id: "b" } });
  await ask("POST", "/query", "/query", { method: "no_such_method" });
  await ask("GET", "/state", "/state?score=contract-agreement&key=nothing");
  await ask("GET", "/state", "/state?score=contract-agreement&key=nothing&proof=true");
  await ask("GET", "/state/keys", "/state/keys?score=contract-agreement&limit=2");
  await ask("GET", "/state/history", "/state/history?score=contract-agreement&key=count&limit=2");
  await ask("GET", "/scores", "/scores");
  await ask("GET", "/scores/{name}", "/scores/contract-agreement");
  await ask("GET", "/scores/{name}", "/scores/nothing");
  await ask("GET", "/status", "/status");
  await ask("GET", "/consensus", "/consensus");
  await ask("GET", "/counts", "/counts");
  await ask("GET", "/configuration", "/configuration");
  await ask("GET", "/genesis", "/genesis");
  await ask("POST", "/transactions", "/transactions", { transactions: ["AA==", "AA=="] });
  const described = Object.entries(document["paths"] as Json).flatMap(([path, item]) =>
    Object.keys(item as Json).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual([...asked, "GET /api/v2/events", "GET /api/v2/openapi.json"].sort(), described.sort());
});

test("what is served is described, and what is described is served", async () => {
  const server = await createRest({
    channelOf: () => undefined,
    target: () => "",
    requestsPerSecond: 5_000,
    pageOrigins: [],
    page: undefined,
    bodyBytesMax: 1_000,
    onInternal: (error) => assert.fail(String(error)),
  });
  const above: string[] = [];
  const served = server
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", segment = "", methods = ""] =
        /^([│ ]*)[├└]── (\S*)(?: \((.+)\))?/.exec(line) ?? [];
      above.splice(indent.length / 4, above.length, segment);
      const path = above.join("").replaceAll(/:(\w+)/g, "{$1}");
      return path.startsWith("/api/v2/") && methods !== ""
        ? methods
            .split(", ")
            .filter((method) => method !== "HEAD")
            .map((method) => `${method} ${path}`)
        : [];
    });
  await server.close();
  const described = Object.entries(document["paths"] as Json).flatMap(([path, item]) =>
    Object.keys(item as Json).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(served.sort(), described.sort());
});

test("refusals come with a documented status and the one shape", async () => {
  const requests = [
    ["GET", "/blocks/{which}", "/blocks/none"],
    ["GET", "/blocks/{which}", `/blocks/${UNKNOWN}`],
    ["GET", "/blocks/{which}", "/blocks/last?proof=yes"],
    ["GET", "/blocks", "/blocks?limit=0"],
    ["GET", "/blocks", "/blocks?limit=101"],
    ["GET", "/blocks", "/blocks?limit=1&limit=2"],
    ["GET", "/blocks", "/blocks?offset=1"],
    ["GET", "/blocks", "/blocks?channel=none"],
    ["GET", "/blocks/{which}/transactions", "/blocks/last/transactions?from=-1"],
    ["GET", "/transactions/{id}", "/transactions/1"],
    ["GET", "/transactions/{id}", `/transactions/${UNKNOWN}`],
    ["GET", "/state", "/state"],
    ["GET", "/state/keys", "/state/keys?score=a&limit=0"],
    ["GET", "/state", "/state?score=A&key=b"],
    ["GET", "/state/history", "/state/history?score=a&key=b&before=1"],
    ["GET", "/events", "/events?cursor=1"],
    ["GET", "/events", "/events?types=all"],
    ["GET", "/events", "/events?cursor=1.2.0"],
    ["GET", "/events", `/events?score=${"x".repeat(65)}`],
    ["GET", "/state", `/state?score=a&key=${"k".repeat(513)}`],
    ["POST", "/query", "/query", {}],
    ["POST", "/query", "/query", { method: 1 }],
    ["POST", "/query", "/query", { method: "a", more: true }],
    ["POST", "/transactions", "/transactions", { transactions: [] }],
    ["POST", "/transactions", "/transactions", { transactions: ["?"] }],
    ["POST", "/transactions", "/transactions", { transactions: ["AA=="] }],
    ["POST", "/transactions", "/transactions", { transactions: Array(1_001).fill("AA==") }],
  ] as const;
  for (const [method, route, path, body] of requests) {
    const answer = await ask(method, route, path, body);
    assert.ok(typeof answer["code"] === "string" && answer["response_code"] === -1, path);
  }
});

test("pages of blocks lead from one end to the other, without a gap or a repetition", async () => {
  const heights = async (order: string): Promise<readonly number[]> => {
    const seen: number[] = [];
    for (let from: unknown = ""; from !== null; ) {
      const page = await ask(
        "GET",
        "/blocks",
        `/blocks?order=${order}&limit=2${from === "" ? "" : `&from=${from}`}`,
      );
      seen.push(...(page["blocks"] as readonly Json[]).map((block) => Number(block["height"])));
      from = page["next"];
    }
    return seen;
  };
  const upwards = await heights("asc");
  assert.deepEqual(
    upwards,
    upwards.map((_, index) => index + 1),
  );
  assert.deepEqual(await heights("desc"), [...upwards].reverse());
  const fromNothing = await ask("GET", "/blocks", "/blocks?order=asc&from=0&limit=2");
  assert.deepEqual(
    (fromNothing["blocks"] as readonly Json[]).map((block) => block["height"]),
    [1, 2],
  );
});
