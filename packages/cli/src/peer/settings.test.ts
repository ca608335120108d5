import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { CliError } from "../error.ts";
import { publicAddresses, readConfigFile, settle } from "./settings.ts";

const parent = await mkdtemp(join(tmpdir(), "dure-cli-"));
after(() => rm(parent, { recursive: true, force: true }));

const refused = (code: string, pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof CliError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, pattern);
  return true;
};

const least = { home: "h", name: "peer0.org" };

test("options win over the file, and the file over defaults", () => {
  const settings = settle({ ...least, restPort: 1 }, { restPort: 2, grpcPort: 3, name: "other.org" });
  assert.equal(settings.restPort, 1);
  assert.equal(settings.grpcPort, 3);
  assert.equal(settings.name, "peer0.org");
  assert.equal(settings.restHost, "127.0.0.1");
  assert.equal(settings.home, resolve("h"));
});

test("an option that was not given does not hide the file's", () => {
  assert.equal(settle({ ...least, channel: undefined }, { channel: "trade" }).channel, "trade");
});

test("what a peer cannot do without is asked for by name", () => {
  assert.throws(() => settle({ home: "h" }, {}), refused("SETTING_MISSING", /--name/));
  assert.throws(
    () => settle({ ...least, key: "k" }, {}),
    refused("SETTING_MISSING", /--certificate, --key and/),
  );
  assert.throws(
    () => settle({ ...least, name: "peer0" }, {}),
    refused("SETTING_REFUSED", /<name>\.<organisation>/),
  );
  assert.throws(
    () => settle({ ...least, grpcHost: "0.0.0.0" }, {}),
    refused("SETTING_MISSING", /--public-host/),
  );
});

test("others are told the public host, but of a REST on loopback only its loopback address", () => {
  const inside = settle({ ...least, grpcHost: "0.0.0.0", publicHost: "peer0.example" }, {});
  assert.deepEqual(publicAddresses(inside), { grpc: "peer0.example:7100", rest: "127.0.0.1:9000" });
  const outside = settle({ ...least, grpcHost: "::", restHost: "::", publicHost: "2001:db8::1" }, {});
  assert.deepEqual(publicAddresses(outside), { grpc: "[2001:db8::1]:7100", rest: "[2001:db8::1]:9000" });
});

test("paths in a configuration file are relative to the file", async () => {
  const path = join(parent, "peer.json");
  await writeFile(
    path,
    '{"home":"data","genesis":"g.json","name":"a.org","peers":[{"id":"b.org","address":"h:1"}]}',
  );
  assert.deepEqual(await readConfigFile(path), {
    home: join(parent, "data"),
    genesis: join(parent, "g.json"),
    name: "a.org",
    peers: [{ id: "b.org", address: "h:1" }],
  });
});

test("a configuration file with a flaw is refused with its name and the flaw", async () => {
  const path = join(parent, "bad.json");
  const cases: readonly (readonly [string, RegExp])[] = [
    ["{", /bad\.json: it cannot be read as JSON/],
    ["[]", /not a JSON object/],
    ['{"rest-port":1}', /rest-port is no setting: use home, name/],
    ['{"restPort":"1"}', /restPort is not a port/],
    ['{"restPort":0}', /restPort is not a port/],
    ['{"name":1}', /name is not a text/],
    ['{"peers":{"a":"b"}}', /peers is not a list/],
    ['{"peers":[{"id":"a.org","address":"nowhere"}]}', /peers is not a list/],
  ];
  for (const [text, pattern] of cases) {
    await writeFile(path, text);
    await assert.rejects(readConfigFile(path), refused("CONFIG_FILE", pattern));
  }
});
