import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { status } from "@grpc/grpc-js";
import { REFUSAL_STATUS } from "./refusal.ts";
import { REST_REFUSAL_STATUS } from "./rest-administration.ts";

const page = await readFile(fileURLToPath(new URL("../../../docs/errors.md", import.meta.url)), "utf8");

test("docs/errors.md names every code of REST with its HTTP status, and no other", () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| HTTP (\d{3}) \| .+ \|$/gm)];
  assert.deepEqual(
    Object.fromEntries(rows.map(([, code, value]) => [code, Number(value)])),
    REST_REFUSAL_STATUS,
  );
});

test("docs/errors.md names every code of a remote refusal with its gRPC status, and no other", () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| `([A-Z_]+)` \| (.+) \|$/gm)];
  assert.deepEqual(
    Object.fromEntries(rows.map(([, code, name]) => [code, name]).sort()),
    Object.fromEntries(
      Object.entries(REFUSAL_STATUS)
        .map(([code, value]) => [code, status[value]])
        .sort(),
    ),
  );
});
