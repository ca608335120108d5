import { strict as assert } from "node:assert";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HTTP_STATUS } from "./refusal.ts";
import { createRest } from "./server.ts";

/** The server alone, of a peer without a channel: what comes before any channel is asked. */
const withServer = async (
  work: (server: Awaited<ReturnType<typeof createRest>>) => Promise<void>,
  pageOrigins: readonly string[] = [],
) => {
  const server = await createRest({
    channelOf: () => undefined,
    target: () => "",
    requestsPerSecond: 5_000,
    pageOrigins,
    page: undefined,
    bodyBytesMax: 1_000,
    onInternal: (error) => assert.fail(String(error)),
  });
  try {
    await work(server);
  } finally {
    await server.close();
  }
};

const codeOf = (body: string): unknown => (JSON.parse(body) as { readonly code?: unknown }).code;

test("a page of another origin may read, and carry what a client signed, and may not have the peer sign, and neither may one whose name was made to lead here", () =>
  withServer(async (server) => {
    const submit = (host: string, origin?: string) =>
      server.inject({
        method: "POST",
        url: "/api/v1/transactions",
        headers: { host, ...(origin === undefined ? {} : { origin }) },
        payload: "{}",
      });
    const refused = [
      ["127.0.0.1:9000", "https://example.org"],
      ["127.0.0.1:9000", "http://127.0.0.1:9001"],
      ["127.0.0.1:9000", "null"],
      ["127.0.0.1:9000", "not an origin"],
      ["rebound.example.org:9000", "http://rebound.example.org:9000"],
    ] as const;
    for (const [host, origin] of refused) {
      const { statusCode, body } = await submit(host, origin);
      assert.deepEqual([statusCode, codeOf(body)], [403, "ORIGIN_REFUSED"], origin);
    }
    const taken = [
      ["127.0.0.1:9000", undefined],
      ["127.0.0.1:9000", "http://127.0.0.1:9000"],
      ["localhost:9000", "http://localhost:9000"],
      ["[::1]:9000", "http://[::1]:9000"],
    ] as const;
    for (const [host, origin] of taken)
      assert.equal(codeOf((await submit(host, origin)).body), "CHANNEL_UNKNOWN", origin);
    for (const method of ["GET", "HEAD"] as const) {
      const headers = { origin: "https://example.org" };
      const read = await server.inject({ method, url: "/api/v1/status/peer", headers });
      assert.equal(read.statusCode, 404);
      assert.equal(read.headers["access-control-allow-origin"], "*");
    }
    const preflight = await server.inject({
      method: "OPTIONS",
      url: "/api/v1/transactions",
      headers: { origin: "https://example.org", "access-control-request-method": "POST" },
    });
    assert.equal(String(preflight.headers["access-control-allow-methods"]).includes("POST"), false);
    const signed = await server.inject({
      method: "OPTIONS",
      url: "/api/v2/transactions",
      headers: { origin: "https://example.org", "access-control-request-method": "POST" },
    });
    assert.equal(signed.headers["access-control-allow-methods"], "GET, POST");
    const carried = await server.inject({
      method: "POST",
      url: "/api/v2/transactions",
      headers: { host: "127.0.0.1:9000", origin: "https://example.org" },
      payload: "{}",
    });
    assert.equal(codeOf(carried.body), "CHANNEL_UNKNOWN");
  }));

test("a page of an origin that the peer was told to trust may have it sign, and no other page may", () =>
  withServer(
    async (server) => {
      const codes = await Promise.all(
        ["http://127.0.0.1:9002", "http://127.0.0.1:9003", "http://127.0.0.1:9002.example.org"].map(
          async (origin) => {
            const headers = { host: "127.0.0.1:9000", origin };
            const url = "/api/v1/transactions";
            return codeOf((await server.inject({ method: "POST", url, headers, payload: "{}" })).body);
          },
        ),
      );
      assert.deepEqual(codes, ["CHANNEL_UNKNOWN", "ORIGIN_REFUSED", "ORIGIN_REFUSED"]);
    },
    ["http://127.0.0.1:9002"],
  ));

test("whatever is wrong with a request, its refusal has a code of the table with that status", () =>
  withServer(async (server) => {
    const requests = [
      { method: "GET", url: "/%zz" },
      { method: "GET", url: "/nowhere" },
      { method: "DELETE", url: "/api/v1/transactions" },
      { method: "GET", url: `/api/v2/blocks/${"1".repeat(200)}` },
      { method: "GET", url: "/api/v1/blocks?channel=a&channel=b" },
      { method: "POST", url: "/api/v1/query", payload: "x".repeat(1_001) },
      { method: "POST", url: "/api/v2/transactions?wait=soon", payload: "{}" },
    ] as const;
    for (const request of requests) {
      const { statusCode, body } = await server.inject(request);
      const code = String(codeOf(body));
      assert.ok(statusCode >= 400, request.url);
      assert.equal(HTTP_STATUS[code], statusCode, `${request.url}: ${code}`);
    }
  }));

test("docs/errors.md names every code with its status, and no other", async () => {
  const page = await readFile(fileURLToPath(new URL("../../../../docs/errors.md", import.meta.url)), "utf8");
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d{3}) \| (.+) \| (.+) \|$/gm)];
  assert.deepEqual(
    Object.fromEntries(rows.map(([, code, status]) => [code, Number(status)]).sort()),
    Object.fromEntries(Object.entries(HTTP_STATUS).sort()),
  );
  assert.equal(rows.length, Object.keys(HTTP_STATUS).length, "each stands once");
});
