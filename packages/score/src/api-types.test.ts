import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { apiTypes } from "./api-types.ts";
import { type Api, contract } from "./contract.ts";
import { describeContract } from "./description.ts";
import { method } from "./method.ts";
import * as t from "./schema.ts";

const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Returns what the compiler has to say of a module of types and one that uses it. */
const compile = async (types: string, use: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "dure-api-types-"));
  folders.push(folder);
  await writeFile(join(folder, "api.ts"), types);
  await writeFile(join(folder, "use.ts"), use);
  const tsc = createRequire(import.meta.url)
    .resolve("typescript/package.json")
    .replace(/package\.json$/, "bin/tsc");
  const flags = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--types", ""];
  return spawnSync(process.execPath, [tsc, ...flags, join(folder, "use.ts")], {
    encoding: "utf8",
    cwd: folder,
  }).stdout;
};

const shop = contract({
  name: "corner-shop",
  version: "1.2.3",
  invoke: {
    order: method({
      summary: "Orders. */ export const evil = 1; /*",
      params: {
        lines: t.list(t.object({ item: t.described(t.text(), "What is bought."), count: t.integer() })),
        terms: t.oneOf(["cash", "credit"]),
        note: t.optional(t.text()),
        "odd-name": t.nullable(t.boolean()),
      },
      result: t.object({ id: t.text(), total: t.amount() }),
      run: () => ({ id: "1", total: "2" }),
    }),
    order_: () => 1,
    stop: method({ run: () => null }),
  },
  query: { sizes: method({ result: t.record(t.integer()), run: () => ({}) }) },
});

test("the types of a description compile, and hold clients to it", async () => {
  const types = apiTypes(describeContract(shop));
  const use = `
    import type { CornerShopMethods, OrderParams, OrderParams_, OrderResult } from "./api.ts";
    const params: OrderParams = { lines: [{ item: "tea", count: 1 }], terms: "cash", "odd-name": null };
    const result: OrderResult = { id: "1", total: "300" };
    const kind: "invoke" = null as unknown as CornerShopMethods["order"]["kind"];
    const anything: OrderParams_ = { whatever: [1, "a"] };
    const none: CornerShopMethods["stop"]["params"] = {};
    const sizes: CornerShopMethods["sizes"]["result"] = { s: 1 };
    // @ts-expect-error: no such terms
    const barter: OrderParams["terms"] = "barter";
    // @ts-expect-error: lines are missing
    const empty: OrderParams = { terms: "cash", "odd-name": true };
    // @ts-expect-error: an amount is a text
    const total: OrderResult["total"] = 300;
    // @ts-expect-error: it takes no parameters
    const some: CornerShopMethods["stop"]["params"] = { a: 1 };
    // @ts-expect-error: a summary cannot end its comment
    import { evil } from "./api.ts";
    export { params, result, kind, anything, none, sizes, barter, empty, total, some, evil };
  `;
  assert.equal(await compile(types, use.replace(/"\.\/api\.ts"/g, '"./api"')), "");
  assert.match(types, /\/\*\* What is bought\. \*\//);
});

test("a stranger's description gives types and nothing else", async () => {
  const api = {
    "x; evil()": { kind: "invoke", params: { type: "object", properties: { 'a": 1; evil(); "': {} } } },
    __a__: { kind: "query", summary: "one\nevil()\u2028evil()", params: { anyOf: [] }, result: { enum: [] } },
    "9": { kind: "query", params: { type: "array" }, result: { type: "string;evil()" } },
  } as unknown as Api;
  const types = apiTypes({ name: "a\nevil()", version: "*/ evil()", api });
  assert.equal(
    await compile(types, 'import type { AEvilMethods } from "./api"; export type M = AEvilMethods;'),
    "",
  );
  const code = types.split("\n").filter((line) => !/^\s*(\/\/|\/\*\*)/.test(line));
  assert.ok(
    code.every((line) => !/^[^"]*evil/.test(line.replaceAll("AEvil", "").replaceAll("XEvil", ""))),
    types,
  );
});
