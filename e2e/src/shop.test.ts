/** The shop of examples/ as its README says: a till that is killed and started again, customers in Node and in a browser. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Client, call, connect, readIdentity, type Signer } from "@dure/client";
import { build } from "vite";
import { launchBrowser, openPage } from "./browser.ts";
import { type Devnet, startDevnet, withLogs } from "./harness.ts";
import { until } from "./until.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
};

type Line = {
  readonly event: string;
  readonly transactionId?: string;
  readonly amount?: string;
  readonly order?: unknown;
};

let directory: string;
let devnet: Devnet;
let client: Client;
let alice: Signer;
let tills: ChildProcess[] = [];

const identityOf = async (name: string): Promise<Signer> => {
  const file = (part: string) => readFile(join(devnet.home, "clients", name, part), "utf8");
  return readIdentity(await file("certificate.pem"), await file("key.pem"));
};

const pay = async (amount: string): Promise<string> => {
  const paid = await call(client, alice, {
    score: "token",
    method: "transfer",
    params: { to: "bob@devnet", amount },
  });
  assert.equal(paid.receipt.code, 0, paid.receipt.message);
  return paid.id;
};

/** Starts the till; `lines` grows as it prints. */
const openTill = async (): Promise<{ readonly lines: Line[]; readonly kill: () => Promise<void> }> => {
  const program = join(ROOT, "examples", "dist", "shop", "main.js");
  const files = ["--genesis", join(devnet.home, "genesis.json"), "--book", join(directory, "book.json")];
  const child = spawn(process.execPath, [program, ...files, ...devnet.urls], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  tills.push(child);
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line) as Line));
  await until("the till is open", () => lines.some(({ event }) => event === "open"));
  return {
    lines,
    kill: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
};

const paidIn = (lines: readonly Line[]): readonly (string | undefined)[] =>
  lines.filter(({ event }) => event === "paid").map(({ transactionId }) => transactionId);

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "dure-shop-"));
  devnet = await startDevnet();
  client = await connect({
    genesis: await readFile(join(devnet.home, "genesis.json"), "utf8"),
    peers: devnet.urls,
  });
  alice = await identityOf("alice");
  const params = { to: "alice@devnet", amount: "100000" };
  await call(client, await identityOf("admin"), { score: "token", method: "mint", params });
});

after(async () => {
  for (const till of tills) till.kill("SIGKILL");
  tills = [];
  await devnet.stop();
  await rm(directory, { recursive: true, force: true });
});

test("the till books every payment once, though it is killed and a peer is too", () =>
  withLogs(devnet, async () => {
    const first = await openTill();
    const ids = [await pay("301"), await pay("502")];
    await until("both are booked", () => paidIn(first.lines).length === 2);
    assert.deepEqual(first.lines.find(({ event }) => event === "paid")?.order, {
      item: "barley tea",
      reference: 1,
    });
    await first.kill();
    ids.push(await pay("2003"), await pay("7"));
    await devnet.kill(0);
    const second = await openTill();
    ids.push(await pay("304"));
    await until("what was paid meanwhile is booked", () => paidIn(second.lines).length === 3);
    assert.deepEqual([...paidIn(first.lines), ...paidIn(second.lines)], ids);
    await second.kill();
    const third = await openTill();
    assert.deepEqual(third.lines[0], {
      event: "open",
      payments: 5,
      cursor: (third.lines[0] as { cursor?: string }).cursor,
    });
    const book = JSON.parse(await readFile(join(directory, "book.json"), "utf8")) as {
      payments: readonly Line[];
    };
    assert.deepEqual(
      book.payments.map(({ transactionId }) => transactionId),
      ids,
    );
  }));

/** Serves a directory of the shop's own, as any web server would. */
const serve = async (root: string): Promise<Server> => {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://shop").pathname);
    readFile(join(root, path === "/" ? "index.html" : path)).then(
      (bytes) => response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "text/html" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
};

test("a customer pays in a browser, and sees the payment final and proven", () =>
  withLogs(devnet, async () => {
    const built = join(directory, "page");
    const root = join(ROOT, "examples", "shop", "page");
    await build({
      root,
      logLevel: "error",
      configFile: join(root, "vite.config.ts"),
      build: { outDir: built },
    });
    await cp(join(devnet.home, "genesis.json"), join(built, "genesis.json"));
    const server = await serve(built);
    const browser = await launchBrowser();
    try {
      const { port } = server.address() as AddressInfo;
      const { page, troubles } = await openPage(
        browser,
        `http://127.0.0.1:${port}/?peers=${devnet.urls.join(",")}`,
      );
      const tea = page.getByRole("button", { name: /barley tea/ });
      await tea.click();
      await page.getByText("choose your certificate first").waitFor();
      for (const part of ["certificate", "key"])
        await page.locator(`#${part}`).setInputFiles(join(devnet.home, "clients", "alice", `${part}.pem`));
      await tea.click();
      const paid = page.locator("li", { hasText: "final in block" });
      await paid.waitFor();
      assert.match(
        (await paid.textContent()) ?? "",
        /barley tea, order \d+: final in block \d+ and proven, after \d+ ms/,
      );
      const id = await paid.getAttribute("data-transaction");
      const till = await openTill();
      await until("the till has booked it", async () => {
        const book = JSON.parse(await readFile(join(directory, "book.json"), "utf8")) as {
          payments: readonly Line[];
        };
        return book.payments.some(({ transactionId }) => transactionId === id);
      });
      await till.kill();
      assert.deepEqual(troubles(), []);
    } finally {
      await browser.close();
      server.closeAllConnections();
      server.close();
    }
  }));
