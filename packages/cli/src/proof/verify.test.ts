import assert from "node:assert/strict";
import { type ChildProcess, execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { writeMarker } from "../home/devnet-home.ts";
import { genesisFileOf } from "../home/genesis-file.ts";

const BIN = fileURLToPath(new URL("../../bin/dure.mjs", import.meta.url));
const VECTORS = new URL("../../../../specs/vectors/proof.json", import.meta.url);

type Json = Readonly<Record<string, unknown>>;
type Vectors = {
  readonly genesis: string;
  readonly channelId: string;
  readonly valid: readonly { readonly name: string; readonly proof: Json; readonly shows: Json }[];
  readonly refused: readonly { readonly name: string; readonly proof: Json; readonly code: string }[];
};
const { genesis, channelId, valid, refused } = JSON.parse(await readFile(VECTORS, "utf8")) as Vectors;
const [first] = valid;

/** The first of each kind: what every one of them shows is for the tests of the ledger's verifier to say. */
const oneOfEach = <T>(items: readonly T[], kindOf: (item: T) => unknown): readonly T[] => [
  ...new Map([...items].reverse().map((item) => [kindOf(item), item])).values(),
];
assert.ok(first !== undefined);

const parent = await mkdtemp(join(tmpdir(), "dure-cli-"));
const servers: Server[] = [];
after(async () => {
  for (const server of servers) server.close();
  await rm(parent, { recursive: true, force: true });
});

type Result = { readonly status: number; readonly stdout: string; readonly stderr: string };

const dureIn = (cwd: string, args: readonly string[], stdin?: string): Promise<Result> =>
  new Promise((resolve) => {
    const child: ChildProcess = execFile(
      process.execPath,
      [BIN, ...args],
      { cwd },
      (error, stdout, stderr) => {
        resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
    child.stdin?.end(stdin);
  });

const dure = (...args: string[]): Promise<Result> => dureIn(parent, args);

const file = async (name: string, content: unknown): Promise<string> => {
  await writeFile(
    join(parent, name),
    typeof content === "string" ? content : JSON.stringify(content, null, 2),
  );
  return name;
};

await file("genesis.json", genesis);
await file("proof.json", first.proof);

describe("dure verify", () => {
  test("says what a valid proof of each kind shows, and ends with status 0", async () => {
    for (const [at, { name, proof, shows }] of oneOfEach(valid, ({ shows }) => shows["kind"]).entries()) {
      const path = await file(`valid-${at}.json`, proof);
      const { status, stdout, stderr } = await dure("verify", path, "--genesis", "genesis.json", "--json");
      assert.deepEqual([status, stderr], [0, ""], name);
      const told = JSON.parse(stdout) as Json;
      assert.deepEqual([told["proven"], told["kind"], told["channelId"]], [true, shows["kind"], channelId]);
      assert.equal(told["height"], shows["height"]);
      assert.equal(told["id"], shows["id"]);
    }
  });

  test("refuses others, each with its code and a sentence, and ends with status 1", async () => {
    for (const [at, { name, proof, code }] of oneOfEach(refused, (each) => each.code).entries()) {
      const path = await file(`refused-${at}.json`, proof);
      const { status, stdout, stderr } = await dure("verify", path, "--genesis", "genesis.json", "--json");
      assert.deepEqual([status, stdout], [1, ""], name);
      assert.equal((JSON.parse(stderr) as Json)["code"], code, name);
    }
  });

  test("tells people the transaction, its sender, channel, height, time and result", async () => {
    const { stdout } = await dure("verify", "proof.json", "--genesis", "genesis.json");
    const { id, sender, blockId } = first.shows;
    for (const part of [
      id,
      sender,
      channelId,
      "channel test",
      `block 1 at 0, ${blockId}`,
      "2023-11-14T22:13:21.000Z",
    ])
      assert.ok(stdout.includes(String(part)), `${part} is missing in: ${stdout}`);
    assert.match(stdout, /executed with the result \{"sum":0\}/);
  });

  test("reads the proof from stdin", async () => {
    const args = ["verify", "-", "--genesis", "genesis.json"];
    assert.equal((await dureIn(parent, args, JSON.stringify(first.proof))).status, 0);
    assert.match((await dureIn(parent, args, "{}")).stderr, /PROOF_MALFORMED/);
    assert.equal((await dureIn(parent, ["verify", "-", "--genesis", "-"], "")).status, 2);
  });

  test("trusts the genesis document of the devnet's home, and none of a peer's", async () => {
    const place = join(parent, "place");
    const home = join(place, ".dure");
    await mkdir(home, { recursive: true });
    await writeMarker(home, { peers: 1, portOffset: 0 });
    await writeFile(genesisFileOf(home), genesis);
    assert.equal((await dureIn(place, ["verify", "../proof.json"])).status, 0);
    assert.equal((await dure("verify", "proof.json", "--home", "place/.dure")).status, 0);
    await writeFile(genesisFileOf(home), genesis.replace('"test"', '"other"'));
    assert.match((await dureIn(place, ["verify", "../proof.json"])).stderr, /PROOF_WRONG_CHANNEL/);
    await rm(genesisFileOf(home));
    assert.match((await dureIn(place, ["verify", "../proof.json"])).stderr, /FILE_UNREADABLE/);
  });

  test("without a genesis document, or without a proof, says what is missing", async () => {
    const homeless = await dure("verify", "proof.json");
    assert.equal(homeless.status, 2);
    assert.match(homeless.stderr, /--genesis/);
    assert.equal((await dure("verify")).status, 2);
    assert.match((await dure("verify", "none.json", "--genesis", "genesis.json")).stderr, /FILE_UNREADABLE/);
    assert.match((await dure("verify", "proof.json", "--genesis", "proof.json")).stderr, /GENESIS_MALFORMED/);
    assert.match(
      (await dure("verify", "genesis.json", "--genesis", "genesis.json")).stderr,
      /PROOF_MALFORMED/,
    );
  });
});

/** A peer that answers one path; what it was asked is written down. */
const peerWith = async (
  answer: Json,
  status = 200,
): Promise<{ readonly url: string; readonly asked: string[] }> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.url));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return { url: `http://127.0.0.1:${address.port}`, asked };
};

describe("proofs are kept as the peer gave them", () => {
  const id = String(first.shows["id"]);
  const answer = { id, status: "executed", proof: first.proof };

  test("in a file, which dure verify then takes", async () => {
    const { url, asked } = await peerWith(answer);
    const got = await dure("tx", "get", id, "--proof", "kept/tx.json", "--peer", url, "--channel", "test");
    assert.deepEqual([got.status, got.stderr], [0, ""]);
    assert.deepEqual(asked, [`/api/v2/transactions/${id}?proof=true&channel=test`]);
    assert.match(got.stdout, /dure verify kept\/tx\.json/);
    assert.ok(!got.stdout.includes("siblings"));
    assert.equal((await dure("verify", "kept/tx.json", "--genesis", "genesis.json")).status, 0);
    const json = await dure("tx", "get", id, "--proof", "tx.json", "--peer", url, "--json");
    assert.deepEqual(JSON.parse(json.stdout), { id, status: "executed", proofFile: "tx.json" });
  });

  test("alone on stdout", async () => {
    const { url } = await peerWith(answer);
    const { stdout } = await dure("tx", "get", id, "--proof", "-", "--peer", url);
    assert.deepEqual(JSON.parse(stdout), first.proof);
    assert.equal((await dureIn(parent, ["verify", "-", "--genesis", "genesis.json"], stdout)).status, 0);
  });

  test("a transaction without one, and a peer's refusal, are told as such", async () => {
    const accepted = await peerWith({ id, status: "accepted" });
    const early = await dure("tx", "get", id, "--proof", "early.json", "--peer", accepted.url);
    assert.equal(early.status, 1);
    assert.match(early.stderr, /PROOF_NOT_READY/);
    await assert.rejects(readFile(join(parent, "early.json")));
    const refusing = await peerWith({ code: "PROOF_NOT_READY", message: "ask another peer" }, 409);
    assert.match(
      (await dure("tx", "get", id, "--proof", "early.json", "--peer", refusing.url)).stderr,
      /ask another peer/,
    );
    const unwritable = await dure("tx", "get", id, "--proof", parent, "--peer", (await peerWith(answer)).url);
    assert.match(unwritable.stderr, /FILE_UNWRITABLE/);
  });

  test("of a key of a SCORE", async () => {
    const found = valid.find(({ shows }) => shows["kind"] === "state") ?? assert.fail("no state");
    const { url, asked } = await peerWith({ score: "bank", key: "a b", present: true, proof: found.proof });
    const plain = await dure("state", "get", "a b", "--score", "bank", "--peer", url);
    assert.equal(plain.status, 0);
    const kept = await dure("state", "get", "a b", "--score", "bank", "--proof", "state.json", "--peer", url);
    assert.equal(kept.status, 0);
    assert.deepEqual(asked, [
      "/api/v2/state?score=bank&key=a+b",
      "/api/v2/state?score=bank&key=a+b&proof=true",
    ]);
    assert.equal((await dure("verify", "state.json", "--genesis", "genesis.json")).status, 0);
    assert.equal((await dure("state", "get", "a b", "--peer", url)).status, 2);
  });
});
