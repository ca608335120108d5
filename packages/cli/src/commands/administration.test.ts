import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { derOfPem, generateIdentityKey, makeRequest, parseCertificate, pemOf } from "@dure/crypto/x509";
import { createLogger } from "@dure/node";
import { createRadioStation, issueClient } from "@dure/radiostation";
import { clientDirectory } from "../home/client-directory.ts";
import { writeMarker } from "../home/devnet-home.ts";

const BIN = fileURLToPath(new URL("../../bin/dure.mjs", import.meta.url));
/** The devnet's RadioStation listens here, before any offset. */
const REST_PORT = 9002;

const parent = await mkdtemp(join(tmpdir(), "dure-conf-"));
const home = join(parent, "devnet");
const undone: (() => Promise<unknown>)[] = [() => rm(parent, { recursive: true, force: true })];
after(async () => {
  for (const undo of undone.reverse()) await undo();
});

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

/** A devnet's home, as far as the RadioStation goes: a running authority, an administrator and a client. */
before(async () => {
  const restPort = await freePort();
  const authority = join(home, "radiostation");
  const logger = createLogger("radiostation", "silent");
  const station = createRadioStation({
    home: authority,
    organisation: "devnet",
    logger,
    restPort,
    grpcPort: 0,
  });
  await station.start();
  undone.push(station.close);
  await writeMarker(home, { peers: 1, portOffset: restPort - REST_PORT });
  for (const [name, role] of [
    ["admin", "admin"],
    ["alice", "client"],
  ] as const)
    await issueClient(authority, { name, roles: [role], directory: clientDirectory(home, name) });
});

const dure = (...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { cwd: parent }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });

const inDevnet = (...args: string[]) => dure(...args, "--home", home);

const jsonOf = async (...args: string[]): Promise<unknown> => {
  const { status, stdout, stderr } = await inDevnet(...args, "--json");
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
};

const refusedWith = async (code: string, ...args: string[]): Promise<string> => {
  const { status, stdout, stderr } = await dure(...args, "--json");
  const told = JSON.parse(stderr) as { readonly code: string; readonly message: string };
  assert.deepEqual([status, stdout, told.code], [code === "USAGE" ? 2 : 1, "", code], told.message);
  return told.message;
};

test("settings are listed, shown, and changed by the devnet's administrator", async () => {
  const { stdout } = await inDevnet("conf", "list");
  assert.match(stdout, /^organisation = devnet$/m);
  assert.match(stdout, /^silence_ms = 5000$/m);
  const set = await inDevnet("conf", "set", "silence_ms", "7000", "--as", "admin");
  assert.deepEqual([set.status, set.stdout], [0, "silence_ms = 7000\n"], set.stderr);
  assert.deepEqual(await jsonOf("conf", "get", "silence_ms"), { name: "silence_ms", value: 7_000, type: 1 });
});

test("what the RadioStation refuses is said with its code, and nothing changes", async () => {
  const before = await jsonOf("conf", "list");
  const set = (...args: string[]) => ["conf", "set", ...args, "--home", home];
  await refusedWith("ROLE_NOT_ALLOWED", ...set("silence_ms", "8000", "--as", "alice"));
  await refusedWith("IDENTITY_MISSING", ...set("silence_ms", "8000"));
  assert.match(await refusedWith("STATION_REFUSED", ...set("silence_ms", "1", "--as", "admin")), /from 500/);
  await refusedWith("STATION_REFUSED", ...set("silence_ms", "0x2000", "--as", "admin"));
  await refusedWith("STATION_REFUSED", "conf", "get", "nothing", "--home", home);
  assert.deepEqual(await jsonOf("conf", "list"), before);
});

test("an address where no RadioStation is says so", async () => {
  const none = `http://127.0.0.1:${await freePort()}`;
  await refusedWith("STATION_UNREACHABLE", "conf", "list", "--radiostation-rest", none);
  await refusedWith("STATION_URL", "conf", "list", "--radiostation-rest", "nowhere");
});

test("certificates are listed, and issued for a request in a file", async () => {
  const key = generateIdentityKey();
  const request = await makeRequest({ commonName: "dora", organisation: "devnet", roles: ["client"] }, key);
  const file = join(parent, "dora.csr");
  await writeFile(file, pemOf("CERTIFICATE REQUEST", request));
  const issue = ["cert", "issue", file, "--role", "client"];
  await refusedWith("ROLE_NOT_ALLOWED", ...issue, "--as", "alice", "--home", home);
  const { status, stdout, stderr } = await inDevnet(...issue, "--as", "admin");
  assert.equal(status, 0, stderr);
  const parsed = parseCertificate(derOfPem("CERTIFICATE", stdout) ?? new Uint8Array());
  assert.ok(parsed.ok);
  assert.deepEqual([parsed.certificate.commonName, parsed.certificate.roles], ["dora", ["client"]]);
  assert.match((await inDevnet("cert", "list", "peer")).stdout, new RegExp(parsed.certificate.serial));
  assert.match((await inDevnet("cert", "list", "ca")).stdout, /O=devnet/);
  await refusedWith("USAGE", "cert", "list", "nobody", "--home", home);
  await refusedWith(
    "FILE_UNREADABLE",
    "cert",
    "issue",
    join(parent, "none"),
    "--role",
    "client",
    "--as",
    "admin",
    "--home",
    home,
  );
  await writeFile(file, "nothing of the kind");
  await refusedWith("REQUEST_REFUSED", ...issue, "--as", "admin", "--home", home);
});
