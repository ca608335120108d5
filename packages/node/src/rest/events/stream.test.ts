import { strict as assert } from "node:assert";
import { request } from "node:http";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import {
  agree,
  commit,
  found,
  getJson,
  type Json,
  postJson,
  type Running,
  startAll,
  until,
  withHome,
} from "../../fixture.test.ts";

type Had = { readonly id: string | undefined; readonly type: string; readonly data: Json };

/** The complete events of a stream's text, as a browser would dispatch them. */
const eventsOf = (text: string): readonly Had[] =>
  text
    .slice(0, text.lastIndexOf("\n\n") + 2)
    .split("\n\n")
    .flatMap((frame) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(frame)?.[1];
      const data = field("data");
      return data === undefined
        ? []
        : [{ id: field("id"), type: field("event") ?? "", data: JSON.parse(data) as Json }];
    });

/** Reads until there are enough events, then cuts the connection without a word. */
const readSome = async (
  { url }: Running,
  query: string,
  enough: (had: readonly Had[]) => boolean,
  lastId = "",
): Promise<Had[]> => {
  const gone = new AbortController();
  const response = await fetch(`${url}/api/v2/events${query}`, {
    signal: gone.signal,
    headers: lastId === "" ? {} : { "last-event-id": lastId },
  });
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(piece, { stream: true });
      if (enough(eventsOf(text))) break;
    }
  } finally {
    gone.abort();
  }
  return [...eventsOf(text)];
};

const reaches = (height: number) => (had: readonly Had[]) =>
  had.some(({ type, data }) => type === "executed" && data["height"] === height);

/** What was told, in the order of the chain: which of two heights' events comes first depends on when one reads. */
const told = (had: readonly Had[], type: string, height = Infinity): readonly unknown[] =>
  had
    .filter((event) => event.type === type && Number(event.data["height"]) <= height)
    .map(({ data }) => {
      const { finalMs: _, ...rest } = data;
      return rest;
    });

const propose = (content: string) => ({
  jsonrpc: "2.0",
  method: "propose",
  params: { proposer: "a", counterparties: ["b"], content, quorum: 2 },
});

test("a reader that is cut again and again, at one peer and the other, has what one that is never cut has", async () =>
  withHome(async (home, peers) => {
    const founded = await found(2);
    peers.push(...(await startAll(founded, home)));
    const [first, second] = peers as [Running, Running];
    let isLoading = true;
    const load = (async () => {
      for (let at = 0; isLoading; at++)
        await Promise.all(
          [first, second].map(({ url }) => postJson(`${url}/api/v1/transactions`, propose(`${at} ${url}`))),
        );
    })();
    const cut: Had[] = [];
    let lastId = "0.0.0";
    for (let round = 0; round < 24; round++) {
      const had = await readSome(
        round % 2 === 0 ? first : second,
        "",
        ({ length }) => length > round % 7,
        lastId,
      );
      // All that arrived whole counts as had, so the last of it is where the next one begins.
      cut.push(...had);
      lastId = had.at(-1)?.id ?? lastId;
    }
    isLoading = false;
    await load;
    const height = await agree(peers);
    if (!reaches(height)(cut)) cut.push(...(await readSome(first, "", reaches(height), lastId)));
    const whole = await readSome(second, "?from=1", reaches(height));
    assert.ok(told(whole, "transaction").length > 24 && told(whole, "score").length > 24);
    for (const type of ["block", "transaction", "score", "executed"])
      assert.deepEqual(told(cut, type, height), told(whole, type, height), type);
    assert.deepEqual(
      told(whole, "block", height).map((block) => (block as Json)["height"]),
      Array.from({ length: height }, (_, index) => index + 1),
    );
  }));

test("a block is told as final before its height is told as executed, with every transaction and event between", async () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    peers.push(...(await startAll(founded, home)));
    const [peer] = peers as [Running];
    const id = await commit(peer, propose("c"));
    const had = await readSome(peer, "?from=1", reaches(1));
    assert.deepEqual(
      had.map(({ type }) => type),
      ["block", "transaction", "score", "executed"],
    );
    const [block, transaction, score, executed] = had as [Had, Had, Had, Had];
    assert.equal(typeof block.data["finalMs"], "number");
    assert.equal(transaction.data["id"], id);
    assert.equal(transaction.data["method"], "propose");
    assert.deepEqual([score.data["transactionId"], score.data["name"]], [id, "proposed"]);
    assert.equal(executed.data["stateRoot"], (await getJson(`${peer.url}/api/v2/status`))["stateRoot"]);
    assert.deepEqual(
      had.map((event) => event.id),
      ["1.0.0", "1.0.1", "1.0.2", "1.1.0"],
    );
    const none = await readSome(peer, "?from=1&score=other", reaches(1));
    assert.deepEqual(
      none.map(({ type }) => type),
      ["block", "executed"],
    );
    const scores = await readSome(peer, "?from=1&types=score,executed", reaches(1));
    assert.deepEqual(
      scores.map(({ type }) => type),
      ["score", "executed"],
    );
  }));

test("a reader ahead of the chain waits for it, and one that watches consensus is told where it stands", async () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    peers.push(...(await startAll(founded, home)));
    const [peer] = peers as [Running];
    const waiting = readSome(peer, "?cursor=2.2.0", ({ length }) => length > 0);
    const watching = readSome(peer, "?types=consensus", (had) => Number(had.at(-1)?.data["height"]) === 3);
    for (const data of ["one", "two", "three"]) await commit(peer, { data });
    const [ahead] = await waiting;
    assert.deepEqual([ahead?.type, ahead?.data["height"], ahead?.id], ["block", 3, "3.2.0"]);
    const seen = await watching;
    assert.ok(seen.every(({ id, type }) => id === undefined && type === "consensus"));
  }));

test("an id that no event has ends the stream with its reason, and one that is none is refused at once", async () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    peers.push(...(await startAll(founded, home)));
    const [peer] = peers as [Running];
    await commit(peer, { data: "one" });
    const [last, ...more] = await readSome(peer, "?cursor=1.0.2", () => false);
    assert.deepEqual([last?.type, last?.data["code"], more.length], ["error", "REQUEST_MALFORMED", 0]);
    const refused = await fetch(`${peer.url}/api/v2/events`, { headers: { "last-event-id": "1.2.0" } });
    assert.equal(refused.status, 400);
    const none = await readSome(peer, "?from=1", reaches(1), "");
    assert.equal(none.at(-1)?.id, "1.1.0");
  }));

test("each event is of the shape that is described for its type", async () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    peers.push(...(await startAll(founded, home)));
    const [peer] = peers as [Running];
    await commit(peer, propose("c"));
    const had = await readSome(peer, "?from=1&types=block,transaction,score,executed,consensus", reaches(1));
    had.push(...(await readSome(peer, "?cursor=1.0.9", () => false)));
    const document = await getJson(`${peer.url}/api/v2/openapi.json`);
    const { schemas } = document["components"] as { readonly schemas: Readonly<Record<string, Json>> };
    const seen = new Set<string>();
    for (const { type, data } of had) {
      const validate = new Ajv2020({ strict: false }).compile(schemas[`Event-${type}`] ?? assert.fail(type));
      assert.ok(validate(data), `${type}: ${JSON.stringify(validate.errors)}`);
      seen.add(`Event-${type}`);
    }
    const described = Object.keys(schemas).filter((name) => name.startsWith("Event-"));
    assert.deepEqual([...seen].sort(), described.sort());
  }));

test("more readers than there is room for are refused, and those that go make room", async () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    peers.push(...(await startAll(founded, home)));
    const [peer] = peers as [Running];
    const open = () => {
      const gone = new AbortController();
      return fetch(`${peer.url}/api/v2/events`, { signal: gone.signal }).then(({ status }) => ({
        status,
        gone,
      }));
    };
    const readers = await Promise.all(Array.from({ length: 256 }, open));
    assert.ok(readers.every(({ status }) => status === 200));
    assert.equal((await open()).status, 429);
    readers[0]?.gone.abort();
    await until("there is room again", async () => {
      const { status, gone } = await open();
      gone.abort();
      return status === 200;
    });
    for (const { gone } of readers) gone.abort();
  }));

test("a reader that never reads holds up nobody, and a peer that closes ends its streams", async () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    peers.push(...(await startAll(founded, home)));
    const [peer] = peers as [Running];
    const lazy = request(`${peer.url}/api/v2/events?from=1`);
    const answered = new Promise<void>((resolve) => {
      lazy.on("response", (response) => {
        response.pause();
        resolve();
      });
    });
    lazy.on("error", () => undefined);
    lazy.end();
    await answered;
    for (let at = 0; at < 20; at++) await commit(peer, { data: "x".repeat(2_000) });
    const reading = readSome(peer, "?types=block", () => false);
    await until(
      "the reader is there",
      async () => (await getJson(`${peer.url}/api/v2/status`))["height"] === 20,
    );
    await peers.pop()?.peer.close();
    assert.deepEqual(await reading.catch(() => []), []);
    lazy.destroy();
  }));
