import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CliError } from "../error.ts";
import { openAddressBook } from "./address-book.ts";
import { openConsensusKey } from "./consensus-key.ts";

const made: string[] = [];
after(() => Promise.all(made.map((directory) => rm(directory, { recursive: true, force: true }))));

const newHome = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), "dure-cli-"));
  made.push(path);
  return path;
};

const failsWith = (code: string, work: Promise<unknown>): Promise<void> =>
  assert.rejects(work, (error) => error instanceof CliError && error.code === code);

test("the consensus key is made once, for its owner's eyes only, and read ever after", async () => {
  const home = await newHome();
  const seed = await openConsensusKey(home);
  assert.equal(seed.length, 32);
  assert.deepEqual(Buffer.from(await openConsensusKey(home)), Buffer.from(seed));
  if (process.platform !== "win32")
    assert.equal((await stat(join(home, "consensus.key"))).mode & 0o777, 0o600);
  assert.notDeepEqual(Buffer.from(await openConsensusKey(await newHome())), Buffer.from(seed));
});

test("a home that has a channel but lost its consensus key gets no other one", async () => {
  const home = await newHome();
  await openConsensusKey(home);
  await mkdir(join(home, "channels", "c".repeat(64)), { recursive: true });
  await rm(join(home, "consensus.key"));
  await failsWith("CONSENSUS_KEY_MISSING", openConsensusKey(home));
  await failsWith("CONSENSUS_KEY_MISSING", openConsensusKey(home));
});

test("a damaged consensus key is refused and left as it is", async () => {
  const home = await newHome();
  await writeFile(join(home, "consensus.key"), "abc");
  await failsWith("CONSENSUS_KEY_DAMAGED", openConsensusKey(home));
  assert.equal(await readFile(join(home, "consensus.key"), "utf8"), "abc");
});

test("an address book outlives its process, and says whether it learnt anything", async () => {
  const home = await newHome();
  const peers = [
    { id: "b.org", address: "h:2" },
    { id: "a.org", address: "h:1" },
  ];
  const book = await openAddressBook(home, []);
  assert.equal(await book.learn(peers), true);
  assert.equal(await book.learn(peers), false);
  const again = await openAddressBook(home, []);
  assert.deepEqual(
    again.list().map(({ id }) => id),
    ["a.org", "b.org"],
  );
  assert.equal(await again.learn([{ id: "a.org", address: "h:9" }]), true);
  assert.deepEqual(again.list(), [{ id: "a.org", address: "h:9" }]);
});

test("addresses given by hand stand where the RadioStation knows none", async () => {
  const home = await newHome();
  const byHand = [
    { id: "a.org", address: "hand:1" },
    { id: "z.org", address: "hand:2" },
  ];
  const book = await openAddressBook(home, byHand);
  await book.learn([{ id: "a.org", address: "station:1" }]);
  assert.deepEqual(book.list(), [
    { id: "a.org", address: "station:1" },
    { id: "z.org", address: "hand:2" },
  ]);
});

test("a damaged address book is refused", async () => {
  const home = await newHome();
  for (const text of ["{", "[]", '{"version":2,"peers":[]}', '{"version":1,"peers":[{"id":1}]}']) {
    await writeFile(join(home, "peers.json"), text);
    await failsWith("PEERS_DAMAGED", openAddressBook(home, []));
  }
});
