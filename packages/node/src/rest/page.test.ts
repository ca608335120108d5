import { strict as assert } from "node:assert";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createRest } from "./server.ts";

let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "dure-page-"));
  await mkdir(join(directory, "page", "assets"), { recursive: true });
  await writeFile(join(directory, "page", "index.html"), "<!doctype html><title>page</title>");
  await writeFile(join(directory, "page", "assets", "index-abc123.js"), "export {};");
  await writeFile(join(directory, "secret.txt"), "secret");
});

after(() => rm(directory, { recursive: true, force: true }));

/** What a browser says that it wants when somebody goes to an address. */
const HTML = { accept: "text/html,application/xhtml+xml" };

const withServer = async (
  options: { readonly page?: string; readonly requestsPerSecond?: number },
  work: (server: Awaited<ReturnType<typeof createRest>>) => Promise<void>,
) => {
  const server = await createRest({
    channelOf: () => undefined,
    target: () => "",
    requestsPerSecond: 5_000,
    pageOrigins: [],
    page: undefined,
    bodyBytesMax: 1_000,
    onInternal: (error) => assert.fail(String(error)),
    ...options,
  });
  try {
    await work(server);
  } finally {
    await server.close();
  }
};

test("the page and its assets are served with what keeps a browser safe, and paths of its own get the page", () =>
  withServer({ page: join(directory, "page") }, async (server) => {
    for (const url of ["/", "/transactions/abc", "/blocks/12?x=1", "/blocks/12?at=a.b", "/apiary"]) {
      const { statusCode, headers, body } = await server.inject({ url, headers: HTML });
      assert.equal(statusCode, 200, url);
      assert.match(body, /<title>page/);
      assert.match(String(headers["content-security-policy"]), /default-src 'self'.*frame-ancestors 'none'/);
      assert.equal(headers["cache-control"], "no-cache");
    }
    const asset = await server.inject({ url: "/assets/index-abc123.js" });
    assert.equal(asset.statusCode, 200);
    assert.match(String(asset.headers["cache-control"]), /immutable/);
  }));

test("nothing outside the page's directory is served, and what is missing is missing", () =>
  withServer({ page: join(directory, "page") }, async (server) => {
    for (const url of [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/assets/%2e%2e/%2e%2e/secret.txt",
      "/assets/..%2f..%2fsecret.txt",
      "/assets/none.js",
      "/api",
      "/api?x=1",
      "/api/none",
      "/api/v2/none",
      "/ap1/v2/status",
    ]) {
      const { statusCode, body } = await server.inject({ url });
      assert.ok(statusCode >= 400 && statusCode < 500, `${url}: ${statusCode}`);
      assert.equal(body.includes("secret"), false, url);
    }
    const posted = await server.inject({ method: "POST", url: "/", payload: "{}" });
    assert.equal(posted.statusCode, 404);
  }));

test("without a page there is nothing at the root", () =>
  withServer({}, async (server) => {
    assert.equal((await server.inject({ url: "/" })).statusCode, 404);
  }));

test("more requests of one address than its rate are refused on every route, those that there are not too", () =>
  withServer({ requestsPerSecond: 3 }, async (server) => {
    for (const url of ["/api/v2/status", "/api/v1/status/peer", "/nowhere"]) {
      const remoteAddress = `127.0.0.${url.length}`;
      const ask = () => server.inject({ url, remoteAddress });
      for (let at = 0; at < 3; at++) assert.equal((await ask()).statusCode, 404, url);
      const { statusCode, headers, body } = await ask();
      assert.equal(statusCode, 429, url);
      assert.equal((JSON.parse(body) as { readonly code: unknown }).code, "RATE_EXCEEDED");
      assert.ok(Number(headers["retry-after"]) >= 1);
    }
  }));
