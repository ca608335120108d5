/** The client as other projects get it: packed, installed into an empty project, type-checked and run there. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Devnet, startDevnet, withLogs } from "./harness.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const isWindows = process.platform === "win32";

const PROGRAM = `
import { readFile } from "node:fs/promises";
import { call, connect, follow, getState, readIdentity, verifyProof, type FollowEvent } from "@dure/client";

const [home = "", ...peers] = process.argv.slice(2);
const identityOf = async (name: string) =>
  readIdentity(
    await readFile(\`\${home}/clients/\${name}/certificate.pem\`, "utf8"),
    await readFile(\`\${home}/clients/\${name}/key.pem\`, "utf8"),
  );
const client = await connect({ genesis: await readFile(\`\${home}/genesis.json\`, "utf8"), peers });
const [admin, alice] = [await identityOf("admin"), await identityOf("alice")];
await call(client, admin, { score: "token", method: "mint", params: { to: "alice@devnet", amount: "100" } });
const paid = await call(client, alice, { score: "token", method: "transfer", params: { to: "bob@devnet", amount: "5" } });
const verdict = verifyProof(client, JSON.parse(JSON.stringify(paid.proof)));
const balance = await getState(client, "token", "balance/bob@devnet");
let seen: FollowEvent | undefined;
for await (const event of follow(client, { from: 1, types: ["transaction"], score: "token" }))
  if (event.type === "transaction" && event.id === paid.id) {
    seen = event;
    break;
  }
console.log(JSON.stringify({ code: paid.receipt.code, proven: verdict.ok, balance: balance.value, seen: seen?.type }));
`;

/** A mistake that the types must find. */
const MISTAKE = `
import { call, type Client } from "@dure/client";
declare const client: Client;
await call(client, "alice", { score: "token", methd: "transfer" });
`;

const projectOf = (folder: string): object => ({
  compilerOptions: {
    target: "ES2022",
    lib: ["ES2023", "DOM"],
    module: "NodeNext",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    rootDir: folder,
    outDir: "out",
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules", "@types")],
  },
  include: [folder],
});

let project: string;
let devnet: Devnet;

before(async () => {
  project = await mkdtemp(join(tmpdir(), "dure-project-"));
  devnet = await startDevnet();
});

after(async () => {
  await devnet.stop();
  await rm(project, { recursive: true, force: true });
});

const npm = (...args: readonly string[]) => run("npm", args, { cwd: project, shell: isWindows });

/** Rejects with what the compiler says, in `stdout`. */
const compile = (file: string): Promise<{ readonly stdout: string }> =>
  run(process.execPath, [join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-p", file], {
    cwd: project,
  });

test("packed, it installs into an empty project, type-checks there, pays on a devnet and proves it", () =>
  withLogs(devnet, async () => {
    const { stdout } = await run(process.execPath, [
      join(ROOT, "scripts", "pack-client.mjs"),
      ...["--out", join(project, "packed"), "--json"],
    ]);
    const { file } = JSON.parse(stdout) as { readonly file: string };
    await writeFile(join(project, "package.json"), '{ "name": "shop", "private": true, "type": "module" }\n');
    await npm("install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", file);
    // It brings what it names and nothing of this repository's.
    const owned = await readdir(join(project, "node_modules", "@dure"));
    assert.deepEqual(owned, ["client"]);
    await mkdir(join(project, "src"));
    await writeFile(join(project, "src", "pay.ts"), PROGRAM);
    await writeFile(join(project, "tsconfig.json"), JSON.stringify(projectOf("src")));
    await compile("tsconfig.json").catch(({ stdout }) => assert.fail(stdout));
    const ran = await run(process.execPath, [join(project, "out", "pay.js"), devnet.home, ...devnet.urls], {
      cwd: project,
    });
    assert.deepEqual(JSON.parse(ran.stdout), { code: 0, proven: true, balance: "5", seen: "transaction" });
  }));

test("its types find what is wrong", async () => {
  await mkdir(join(project, "wrong"));
  await writeFile(join(project, "wrong", "call.ts"), MISTAKE);
  await writeFile(join(project, "tsconfig.wrong.json"), JSON.stringify(projectOf("wrong")));
  const refused = await compile("tsconfig.wrong.json").then(
    () => assert.fail("it compiled"),
    (error: { readonly stdout: string }) => error.stdout,
  );
  assert.match(refused, /call\.ts\(4,/);
});
