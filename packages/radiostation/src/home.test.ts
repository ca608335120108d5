import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { failsWith, newHome, startPeer, startStation, stationOf, suite } from "./fixture.test.ts";
import { openHome } from "./home.ts";
import { lockHome } from "./home-lock.ts";
import { createToken } from "./index.ts";

test("a restart keeps authority, tokens, directory and order", async () => {
  const first = await startStation();
  const peer1 = await startPeer(first, 1);
  const peer0 = await startPeer(first, 0);
  const before = await peer0.client.directory();
  const token = await first.token("alice", ["client"]);
  await first.station.close();

  const second = await startStation({ home: first.home });
  assert.deepEqual(await second.client(peer1.identity).directory(), before);
  const alice = await second.client(undefined, token).enrol({ commonName: "alice", roles: ["client"] });
  assert.deepEqual(alice.root, peer0.identity.root);
  assert.equal((await startPeer(second, 2)).order, 3);
  await second.station.close();

  const third = await startStation({ home: first.home });
  await failsWith(
    "TOKEN_USED",
    third.client(undefined, token).enrol({ commonName: "alice", roles: ["client"] }),
  );
});

test("the authority's file is for its owner alone", { skip: process.platform === "win32" }, async () => {
  const { home } = await startStation();
  assert.equal((await stat(join(home, "authority.json"))).mode & 0o777, 0o600);
});

test("a foreign or damaged home is refused, and nothing in it changes", async () => {
  const network = await startStation();
  await startPeer(network, 0);
  await network.station.close();
  const { home } = network;
  await failsWith("HOME_FOREIGN", stationOf({ home, organisation: "elsewhere" }).start());

  const authority = JSON.parse(await readFile(join(home, "authority.json"), "utf8"));
  const other = JSON.parse(await readFile(join((await startStation()).home, "authority.json"), "utf8"));
  const damages: [string, string][] = [
    ["authority.json", ""],
    ["authority.json", "{"],
    ["authority.json", JSON.stringify({ ...authority, key: other.key })],
    ["authority.json", JSON.stringify({ ...authority, root: authority.root.replace("A", "B") })],
    ["authority.json", JSON.stringify({ ...authority, version: 2 })],
    ["directory.json", '{"version":1,"peers":[{}]}'],
  ];
  for (const [name, text] of damages) {
    const copy = await newHome();
    await cp(home, copy, { recursive: true });
    await writeFile(join(copy, name), text);
    const files = (await readdir(copy)).sort();
    await failsWith("HOME_DAMAGED", stationOf({ home: copy }).start());
    assert.equal(await readFile(join(copy, name), "utf8"), text);
    assert.deepEqual((await readdir(copy)).sort(), files);
  }
});

test("a directory with other content never becomes a home", async () => {
  const home = await newHome();
  await mkdir(home);
  await writeFile(join(home, "letter.txt"), "dear");
  await failsWith("HOME_FOREIGN", stationOf({ home }).start());
  assert.deepEqual(await readdir(home), ["letter.txt"]);
  await failsWith(
    "HOME_MISSING",
    createToken(home, { commonName: "alice", roles: ["client"], ttlMs: 1, suite }),
  );
  await failsWith("HOME_MISSING", openHome(await newHome(), suite));
});

test("two RadioStations never share a home", async () => {
  const { home, station } = await startStation();
  await failsWith("HOME_LOCKED", stationOf({ home }).start());
  await station.close();
  const next = stationOf({ home });
  await next.start();
  await failsWith("HOME_LOCKED", lockHome(home));
});

test("of many that take a home after a crash exactly one holds it", async () => {
  const home = await newHome();
  await mkdir(home);
  const lock = JSON.stringify(new URL("./home-lock.js", import.meta.url).href);
  const holder = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `const { lockHome } = await import(${lock}); await lockHome(process.argv[1]); setInterval(() => {}, 1e6); console.log("held");`,
      home,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(holder.stdout, "data");
  await failsWith("HOME_LOCKED", lockHome(home));
  holder.kill("SIGKILL");
  await once(holder, "exit");
  for (let round = 0; round < 20; round++) {
    const takers = await Promise.allSettled(Array.from({ length: 8 }, () => lockHome(home)));
    const held = takers.flatMap((taker) => (taker.status === "fulfilled" ? [taker.value] : []));
    assert.equal(held.length, 1);
    await held[0]?.release();
  }
  assert.deepEqual(await readdir(home), []);
});

test("a home deeper than a socket's path can be is locked all the same", async () => {
  const home = join(await newHome(), "a".repeat(60), "b".repeat(60));
  await mkdir(home, { recursive: true });
  const lock = await lockHome(home);
  await failsWith("HOME_LOCKED", lockHome(home));
  await lock.release();
  await (await lockHome(home)).release();
});

test("a port in use is named, and the home is free again", async () => {
  const holder = net.createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address() as net.AddressInfo;
  const home = await newHome();
  try {
    await failsWith("PORT_IN_USE", stationOf({ home, grpcPort: port }).start());
    await failsWith("PORT_IN_USE", stationOf({ home, restPort: port }).start());
  } finally {
    holder.close();
  }
  await stationOf({ home }).start();
});
