import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { after, test } from "node:test";
import { ask } from "./ask.ts";
import { createPool } from "./pool.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

/** A server that answers everything with this; the URL at which it does. */
const serving = async (status: number, body: unknown): Promise<string> => {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(JSON.stringify(body));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
};

const nobody = "http://127.0.0.1:9";
const refusal = (code: string) => ({ code, message: "a reason" });

test("a peer that is gone is passed over, and asked last from then on", async () => {
  const alive = await serving(200, { height: 7 });
  const pool = createPool([nobody, alive]);
  assert.deepEqual(await ask(pool, "/x"), { answer: { height: 7 }, url: alive });
  assert.deepEqual(pool.urls(), [alive, nobody]);
});

test("what one peer does not know or is too busy for, another may answer", async () => {
  const behind = await serving(404, refusal("BLOCK_UNKNOWN"));
  const busy = await serving(429, refusal("RATE_EXCEEDED"));
  const alive = await serving(200, { height: 7 });
  const pool = createPool([behind, busy, alive]);
  assert.equal((await ask(pool, "/x")).url, alive);
  assert.deepEqual(pool.urls(), [behind, busy, alive], "neither has failed");
});

test("a refusal of the request itself is final, with the peer's own code", async () => {
  const pool = createPool([await serving(400, refusal("REQUEST_MALFORMED")), await serving(200, {})]);
  await assert.rejects(ask(pool, "/x"), { code: "REQUEST_MALFORMED", status: 400, message: "a reason" });
});

test("when nobody has an answer the last refusal is the result", async () => {
  const pool = createPool([nobody, await serving(404, refusal("TX_UNKNOWN"))]);
  await assert.rejects(ask(pool, "/x"), { code: "TX_UNKNOWN" });
  await assert.rejects(ask(createPool([]), "/x"), { code: "PEER_UNREACHABLE" });
});
