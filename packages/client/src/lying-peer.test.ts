import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Devnet, startDevnet } from "./devnet.fixture.test.ts";
import {
  type Client,
  ClientError,
  call,
  connect,
  type FollowEvent,
  follow,
  getBlock,
  getState,
  getTransaction,
  listBlocks,
  query,
  type Signer,
  sign,
  submit,
  wait,
} from "./index.ts";
import { type Liar, startLiar } from "./liar.fixture.test.ts";

let devnet: Devnet;
let liar: Liar;
let alice: Signer;
let id: string;
let height: number;

const clientOf = (peers: readonly string[], timeoutMs = 10_000): Promise<Client> =>
  connect({ genesis: devnet.genesis, peers, timeoutMs });
const honest = (): Promise<Client> => clientOf([devnet.urls[0] as string]);

before(async () => {
  devnet = await startDevnet(2);
  liar = await startLiar(devnet.urls[0] as string);
  alice = await devnet.identity("alice");
  const client = await honest();
  const admin = await devnet.identity("admin");
  const params = { to: "alice@devnet", amount: "1000" };
  await call(client, admin, { score: "token", method: "mint", params });
  const paid = await call(client, alice, {
    score: "token",
    method: "transfer",
    params: { to: "bob@devnet", amount: "5" },
  });
  ({ id, height } = paid);
});

after(async () => {
  await liar.close();
  await devnet.stop();
});

/** Every leaf of a JSON value, as the way to it. */
const leaves = (
  value: unknown,
  way: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) => leaves(inner, [...way, name]))
    : [way];

const changed = (value: unknown): unknown => {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string" || value === "") return "x";
  const at = Math.floor(value.length / 2);
  const other = value[at] === "a" ? "b" : "a";
  return `${value.slice(0, at)}${other}${value.slice(at + 1)}`;
};

/** The answer with one leaf changed, or taken away. */
const withLie = (
  text: string,
  way: readonly (string | number)[],
  change: (value: unknown) => unknown,
): string => {
  const answer = JSON.parse(text) as Record<string, unknown>;
  let inner: Record<string, unknown> = answer;
  for (const name of way.slice(0, -1)) inner = inner[name] as Record<string, unknown>;
  const last = String(way.at(-1));
  const next = change(inner[last]);
  if (next === undefined) delete inner[last];
  else inner[last] = next;
  return JSON.stringify(answer);
};

const reads: readonly { readonly name: string; readonly read: (client: Client) => Promise<object> }[] = [
  { name: "getTransaction", read: (client) => getTransaction(client, id) },
  { name: "getBlock", read: (client) => getBlock(client, height) },
  {
    name: "getState of a key that holds something",
    read: (client) => getState(client, "token", "balance/bob@devnet"),
  },
  {
    name: "getState of a key that holds nothing",
    read: (client) => getState(client, "token", "balance/nobody"),
  },
  { name: "listBlocks", read: (client) => listBlocks(client, { from: height, limit: 2 }) },
];

const withoutProof = (answer: object): object => ({ ...answer, proof: undefined });

for (const { name, read } of reads)
  test(`${name}: whichever part of an answer a peer changes or leaves out, the caller gets the truth or an error`, async () => {
    liar.tell((text) => text);
    const truth = withoutProof(await read(await honest()));
    let text = "";
    liar.tell((answer) => {
      text = answer;
      return answer;
    });
    assert.deepEqual(withoutProof(await read(await clientOf([liar.url]))), truth);
    let caught = 0;
    for (const way of leaves(JSON.parse(text)))
      for (const change of [changed, () => undefined]) {
        liar.tell((answer) => withLie(answer, way, change));
        const told = await read(await clientOf([liar.url])).catch((error: unknown) => error);
        if (told instanceof ClientError) caught += 1;
        else
          assert.deepEqual(withoutProof(told as object), truth, `${way.join(".")} was changed and believed`);
        // With an honest peer beside it, nobody notices but the client.
        if (way[0] !== "proof" || change !== changed) continue;
        const client = await clientOf([liar.url, devnet.urls[1] as string]);
        assert.deepEqual(withoutProof(await read(client)), truth);
        assert.equal(client.peers[0]?.hasLied, told instanceof ClientError && told.code === "PEER_LIED");
      }
    assert.ok(caught >= 10, `${caught} lies were caught`);
  });

test("answers to other questions are no answers: another transaction, block or key, with proofs that hold", async () => {
  const client = await honest();
  const other = await call(client, alice, {
    score: "token",
    method: "transfer",
    params: { to: "bob@devnet", amount: "1" },
  });
  const swap = (from: string, to: string) => async () => {
    const answer = await fetch(new URL(to, devnet.urls[0]));
    const text = await answer.text();
    liar.tell((honestText, path) => (path.startsWith(from) ? text : honestText));
  };
  const cases = [
    {
      lie: swap(`/api/v2/transactions/${id}`, `/api/v2/transactions/${other.id}?proof=true`),
      read: reads[0]?.read,
    },
    {
      lie: swap(`/api/v2/blocks/${height}`, `/api/v2/blocks/${other.height}?full=true`),
      read: reads[1]?.read,
    },
    { lie: swap("/api/v2/state", "/api/v2/state?score=token&key=supply&proof=true"), read: reads[2]?.read },
    {
      lie: swap("/api/v2/state", "/api/v2/state?score=token&key=balance/other&proof=true"),
      read: reads[3]?.read,
    },
    {
      lie: swap("/api/v2/blocks?", `/api/v2/blocks?from=${other.height}&limit=2&proof=true`),
      read: reads[4]?.read,
    },
  ];
  for (const { lie, read } of cases) {
    await lie();
    await assert.rejects(async () => read?.(await clientOf([liar.url])), { code: "PEER_LIED" });
  }
});

test("a state that was true once is not taken after a later one was seen", async () => {
  const path = "/api/v2/state?score=token&key=balance/bob@devnet&proof=true";
  const old = await (await fetch(new URL(path, devnet.urls[0]))).text();
  const client = await clientOf([liar.url]);
  liar.tell((text) => text);
  await call(client, alice, {
    score: "token",
    method: "transfer",
    params: { to: "bob@devnet", amount: "1" },
  });
  liar.tell((text, at) => (at.startsWith("/api/v2/state") ? old : text));
  await assert.rejects(getState(client, "token", "balance/bob@devnet"), { code: "PEER_BEHIND" });
});

test("a peer that withholds a transaction, or says that it is executed, cannot make it so", async () => {
  liar.tell((text, path) =>
    path.startsWith("/api/v2/transactions/")
      ? JSON.stringify({ code: "TX_UNKNOWN", message: "never heard" })
      : text,
  );
  const both = await clientOf([liar.url, devnet.urls[1] as string]);
  const bytes = sign(both, alice, { data: "withheld" });
  assert.equal((await submit(both, bytes, alice.certificate)).status, "executed");
  // It takes the bytes and tells nobody.
  liar.behave((_, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ transactions: [{ id, status: "executed", receipt: {} }] }));
  });
  const alone = await clientOf([liar.url], 1_500);
  const swallowed = sign(alone, alice, { data: "swallowed" });
  await assert.rejects(submit(alone, swallowed, alice.certificate), { code: "TIMED_OUT" });
  liar.behave(undefined);
});

test("what never ends, never comes, or is no answer costs a bounded time, and the next peer is asked", async () => {
  const behaviours: readonly Parameters<Liar["behave"]>[0][] = [
    (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>It works</h1>"),
    (_, response) => response.writeHead(200).end("[]"),
    (_, response) => response.writeHead(200).end("null"),
    (_, response) => response.writeHead(500).end("{}"),
    (_, response) => response.writeHead(200).end(Uint8Array.of(0xff, 0xfe)),
    (_, response) => response.destroy(),
    () => undefined,
    (_, response) => {
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    },
    (_, response) => {
      const flood = (): void => {
        while (response.write("x".repeat(1 << 20)));
        response.once("drain", flood);
      };
      response.on("close", () => response.removeAllListeners("drain"));
      flood();
    },
  ];
  for (const behaviour of behaviours) {
    liar.behave(behaviour);
    const client = await clientOf([liar.url, devnet.urls[1] as string], 1_000);
    assert.equal((await getTransaction(client, id)).status, "executed");
    await assert.rejects(getTransaction(await clientOf([liar.url], 500), id), ClientError);
  }
  liar.behave(undefined);
});

test("a query is believed when enough peers agree, and not when one of two lies", async () => {
  liar.tell((text, path) =>
    path.startsWith("/api/v2/query") ? withLie(text, ["result"], () => "1000000") : text,
  );
  const balance = { score: "token", method: "balance", params: { holder: "bob@devnet" } };
  const [one, two] = devnet.urls as [string, string];
  const agreed = await query(await clientOf([liar.url, one, two]), balance, { agree: 2 });
  assert.notEqual(agreed.result, "1000000");
  await assert.rejects(query(await clientOf([liar.url, two], 1_000), balance, { agree: 2 }), {
    code: "PEERS_DISAGREE",
  });
});

const collect = async (client: Client, to: number): Promise<readonly FollowEvent[]> => {
  const events: FollowEvent[] = [];
  for await (const event of follow(client, { from: 1 })) {
    events.push(event);
    if (event.type === "executed" && event.height === to) break;
  }
  return events;
};

test("following: nothing is invented, changed, dropped or reordered by a peer, whatever it streams", async () => {
  liar.tell((text) => text);
  const truth = await collect(await honest(), height);
  assert.ok(truth.some(({ type }) => type === "score"));
  const event = (data: object, cursor: string): string =>
    `id: ${cursor}\nevent: executed\ndata: ${JSON.stringify(data)}\n\n`;
  // It streams lies without an end, and changes every block that it hands out.
  const lies: readonly ((path: string) => string)[] = [() => "[0]", (path) => path];
  for (const garbage of lies) {
    liar.behave((request, response) => {
      const path = request.url ?? "";
      if (!path.startsWith("/api/v2/events")) return response.writeHead(200).end(garbage(path));
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (let at = 0; at < 50; at++) response.write(event({ height: 1_000 + at }, `${1_000 - at}.0.0`));
      response.write("data: {\n\nid: nonsense\nevent: block\ndata: {}\n\n");
      return undefined;
    });
    const client = await clientOf([liar.url, devnet.urls[1] as string], 2_000);
    assert.deepEqual(await collect(client, height), truth);
  }
  liar.behave(undefined);
  // It hands out true blocks in another order.
  liar.tell((text, path) =>
    path.startsWith("/api/v2/blocks/2?") ? text.replace('"height":2', '"height":1') : text,
  );
  assert.deepEqual(await collect(await clientOf([liar.url, devnet.urls[1] as string]), height), truth);
});

test("following goes on where it stopped, at every event, at this peer or the other", async () => {
  liar.tell((text) => text);
  const truth = await collect(await honest(), height);
  for (const [at, { cursor }] of truth.slice(0, -1).entries()) {
    const client = await clientOf([devnet.urls[at % 2] as string]);
    const rest: FollowEvent[] = [];
    for await (const event of follow(client, { cursor })) {
      rest.push(event);
      if (event.type === "executed" && event.height === height) break;
    }
    assert.deepEqual(rest, truth.slice(at + 1), `after ${cursor}`);
  }
  const raw: FollowEvent[] = [];
  for await (const event of follow(await honest(), { from: 1, verify: false })) {
    raw.push(event);
    if (event.type === "executed" && event.height === height) break;
  }
  const plain = (events: readonly FollowEvent[]) =>
    events.map((event) => (event.type === "block" ? { ...event, finalMs: null } : event));
  assert.deepEqual(plain(raw), plain(truth));
});

test("a signal ends a wait and a follow at once, and the input of a caller is looked at first", async () => {
  const client = await honest();
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 50);
  await assert.rejects(wait(client, "ab".repeat(32), { signal: stopping.signal }), { code: "ABORTED" });
  for await (const _ of follow(client, { signal: stopping.signal })) assert.fail("it had ended");
  await assert.rejects(async () => getTransaction(client, "1"), { code: "INPUT_INVALID" });
  await assert.rejects(async () => getBlock(client, -1), { code: "INPUT_INVALID" });
  await assert.rejects(connect({ genesis: "{}", peers: devnet.urls }), { code: "GENESIS_INVALID" });
  await assert.rejects(connect({ genesis: devnet.genesis, peers: ["nowhere"] }), { code: "INPUT_INVALID" });
  await assert.rejects(follow(client, { cursor: "1" }).next(), { code: "INPUT_INVALID" });
});
