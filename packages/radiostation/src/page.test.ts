import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startStation } from "./fixture.test.ts";

let directory = "";
let page = "";

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "dure-page-"));
  page = join(directory, "page");
  await mkdir(join(page, "assets"), { recursive: true });
  await writeFile(join(page, "index.html"), "<!doctype html><title>page</title>");
  await writeFile(join(page, "assets", "index-abc123.js"), "export {};");
  await writeFile(join(directory, "secret.txt"), "secret");
});

after(() => rm(directory, { recursive: true, force: true }));

/** A request whose path goes out as it is: fetch would resolve its dots. */
const ask = (port: number, path: string, method = "GET") =>
  new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    const headers = { accept: "text/html,*/*" };
    const asked = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => {
        body += text;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on("error", reject);
    asked.end();
  });

test("the page and its assets are served with what keeps a browser safe, and paths of its own get the page", async () => {
  const { restPort } = await startStation({ page });
  for (const path of ["/", "/transactions/abc", "/blocks/12?x=1", "/blocks/12?at=127.0.0.1", "/apis"]) {
    const { status, headers, body } = await ask(restPort, path);
    assert.equal(status, 200, path);
    assert.match(body, /<title>page/);
    assert.match(String(headers["content-security-policy"]), /default-src 'self'.*frame-ancestors 'none'/);
    assert.equal(headers["cache-control"], "no-cache");
  }
  const asset = await ask(restPort, "/assets/index-abc123.js");
  assert.deepEqual([asset.status, asset.body], [200, "export {};"]);
  assert.match(String(asset.headers["cache-control"]), /immutable/);
});

test("nothing outside the page's directory is served, and the API stays what it was", async () => {
  const { restPort } = await startStation({ page });
  for (const path of [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/assets/none.js",
    "/api/v2/status",
  ]) {
    const { status, body } = await ask(restPort, path);
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
    assert.equal(body.includes("secret"), false, path);
  }
  assert.equal((await ask(restPort, "/", "POST")).status, 404);
  const unknown = await ask(restPort, "/api/v1/none");
  assert.deepEqual([unknown.status, JSON.parse(unknown.body).response_code], [200, -1]);
});

test("more requests of one address than its rate are refused on every route, those that there are not too", async () => {
  for (const path of [
    "/",
    "/blocks/1",
    "/api/v1/peer/list",
    "/api/v1/conf",
    "/api/v1/cert/issue/peer",
    "/no.png",
  ]) {
    const { restPort } = await startStation({ page, requestsPerSecond: 3 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(restPort, path)));
    const refused = answers.filter(({ status }) => status === 429);
    // A second may end between two of them, and let another three pass.
    assert.ok(refused.length >= 6, `${path}: ${answers.map(({ status }) => status)}`);
    const { response_code, code, message } = JSON.parse(refused[0]?.body ?? "");
    assert.deepEqual([response_code, code, typeof message], [-999, "RATE_EXCEEDED", "string"]);
    assert.ok(Number(refused[0]?.headers["retry-after"]) >= 1);
  }
});
