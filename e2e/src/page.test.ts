/** The page in a real browser, on a real network. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser, type OpenPage, openPage } from "./browser.ts";
import { commitData, type Devnet, startDevnet, withLogs } from "./harness.ts";
import { getJson } from "./json.ts";
import { until } from "./until.ts";

let devnet: Devnet;
let browser: Browser;
let current: OpenPage | undefined;

before(async () => {
  browser = await launchBrowser();
  devnet = await startDevnet();
});

after(async () => {
  await browser?.close();
  await devnet?.stop();
});

// Whatever a test was about, nothing may go wrong unseen in the page.
afterEach(async () => {
  const troubles = current?.troubles() ?? [];
  await current?.page.context().close();
  current = undefined;
  assert.deepEqual(troubles, []);
});

const open = async (path = "/", options: BrowserContextOptions = {}): Promise<Page> => {
  current = await openPage(browser, devnet.station.url + path, options);
  return current.page;
};

/** How many pixels the page is wider than its window, and what reaches beyond; nothing, if it fits. */
const OVERFLOW = `(() => {
  const edge = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth - edge;
  if (wide === 0) return [];
  const beyond = [...document.body.querySelectorAll("*")]
    .map((element) => [element, Math.ceil(element.getBoundingClientRect().right - edge)])
    .filter(([, by]) => by > 0)
    .map(([element, by]) => by + " px: " + element.outerHTML.slice(0, 120));
  return [wide + " px", ...beyond];
})()`;

/** What can be used or stands for something, and has no name: neither a label nor words of its own. */
const UNNAMED = `[...document.querySelectorAll("input, select, textarea, button, a[href], [role=img]")]
  .filter((element) =>
    [element.ariaLabel, element.title, element.innerText, ...[...(element.labels ?? [])].map((label) => label.innerText)]
      .every((words) => (words ?? "").trim() === ""))
  .map((element) => element.outerHTML.slice(0, 120))`;

const row = (page: Page, peer: string) => page.locator(".peers tbody tr").filter({ hasText: peer });
const ring = (page: Page) => page.locator("svg.ring");
const leaderOf = async (page: Page): Promise<string> => {
  const label = (await ring(page).getAttribute("aria-label")) ?? "";
  return /; (\w+) leads$/.exec(label)?.[1] ?? assert.fail(`no leader: ${label}`);
};
const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0]);
const height = async (page: Page): Promise<number> =>
  Number((await page.locator(".figure strong").first().innerText()).replaceAll(",", ""));

/** Sends what the box holds and returns the id once it was executed. */
const send = async (page: Page): Promise<string> => {
  const links = page.locator(".sent a");
  const before = (await links.count()) > 0 ? await links.first().getAttribute("href") : "none";
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const sent = page.locator(`.sent:not(:has(a[href="${before}"]))`).first();
  await sent.locator(".path .reached").nth(2).waitFor();
  return String(await sent.getByRole("link").getAttribute("href")).replace("/transaction/", "");
};

test("the first view shows the peers, who leads, and the chain", () =>
  withLogs(devnet, async () => {
    const page = await open();
    for (const peer of ["peer0", "peer1", "peer2", "peer3"])
      await row(page, peer).getByText("online").waitFor();
    const { leaderId } = await getJson(`${devnet.urls[0]}/api/v2/consensus`);
    await until("the ring shows the leader", async () => `${await leaderOf(page)}.devnet` === leaderId);
    await row(page, await leaderOf(page))
      .getByText("leads")
      .waitFor();
    assert.ok((await page.title()).startsWith("devnet"));
    await page.getByText(/Live from peer\d\.devnet/).waitFor();
  }));

test("blocks stream in as they become final, with the lead passing on", () =>
  withLogs(devnet, async () => {
    const page = await open();
    await page.getByText(/Live from/).waitFor();
    const before = await height(page);
    const leaders = new Set<string>();
    for (let at = 0; at < 4; at++) {
      const id = await commitData(devnet.urls[1] as string, devnet.urls, `from elsewhere ${at}`);
      await page.locator(`.transactions a[href="/transaction/${id}"]`).waitFor();
      leaders.add(await leaderOf(page));
    }
    await until("the height shows them", async () => (await height(page)) >= before + 4);
    assert.match(await page.locator(".blocks tbody tr").first().innerText(), /\d+ ms/);
    assert.ok(leaders.size > 1, `the lead passes on: ${[...leaders].join(", ")}`);
  }));

test("data sent through a peer is followed to its execution, and its page verifies the proof", () =>
  withLogs(devnet, async () => {
    const page = await open();
    await page.getByLabel("JSON data").fill('{"data": "from the page"}');
    const id = await send(page);
    assert.match(
      await page.locator(".sent .path").first().innerText(),
      /Accepted\s+\d+ ms\s+Final\s+\d+ ms\s+Executed\s+\d+ ms/,
    );
    await page.locator(`.transactions a[href="/transaction/${id}"]`).click();
    await page.getByText('"data": "from the page"').waitFor();
    await page.locator(".seal.verified").waitFor();
    const steps = await page.locator(".steps li").allInnerTexts();
    assert.equal(steps.length, 4, steps.join("\n"));
    assert.match(steps[3] ?? "", /receipt, with code 0/);
    await page.getByText(/Compare the channel id/).waitFor();
    await page.locator(".trust").getByText(devnet.channelId).waitFor();
  }));

test("a genesis document of one's own is what proofs are held to, and a wrong one refuses them", () =>
  withLogs(devnet, async () => {
    const id = await commitData(devnet.urls[0] as string, devnet.urls, "to be proven");
    const page = await open(`/transaction/${id}`);
    await page.locator(".seal.verified").waitFor();
    const own = join(devnet.home, "genesis.json");
    const file = page.getByLabel("Open a genesis document");
    await file.setInputFiles(own);
    await page.getByText(/Verified against your own genesis document/).waitFor();
    await page.locator(".seal.verified").waitFor();
    const text = await readFile(own, "utf8");
    const wrong = text.replace(
      '"name": "devnet",\n  "organisations"',
      '"name": "forged",\n  "organisations"',
    );
    assert.notEqual(wrong, text);
    await file.setInputFiles({
      name: "wrong.json",
      mimeType: "application/json",
      buffer: Buffer.from(wrong),
    });
    await page.locator(".seal.refused").waitFor();
    await page.getByText("The proof is of another channel than this genesis document.").waitFor();
    await file.setInputFiles({ name: "no.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await page.getByText("This file is no valid genesis document.").waitFor();
    await page.getByRole("button", { name: "Use the peer's" }).click();
    await page.locator(".seal.verified").waitFor();
  }));

test("a peer that shows something else than what its proof proves is found out", () =>
  withLogs(devnet, async () => {
    const id = await commitData(devnet.urls[0] as string, devnet.urls, "the truth");
    const page = await open();
    await page.route(`**/api/v2/transactions/${id}`, async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { receipt: object };
      await route.fulfill({ response, json: { ...answer, receipt: { ...answer.receipt, result: "a lie" } } });
    });
    await page.locator(`.transactions a[href="/transaction/${id}"]`).click();
    await page.getByText("a lie").waitFor();
    await page.locator(".seal.refused").waitFor();
    await page.getByText("What the peer showed is not what its proof proves.").waitFor();
  }));

test("a call is signed in the browser by an identity from files, and a block's page proves it whole", () =>
  withLogs(devnet, async () => {
    const page = await open();
    await page.getByRole("radio", { name: "Contract call" }).check();
    await page.getByLabel("Method").fill("propose");
    await page
      .getByLabel("Parameters (JSON object)")
      .fill('{"proposer":"alice","counterparties":["bob"],"content":"a roof","quorum":2}');
    await page.getByRole("radio", { name: "I sign" }).check();
    const alice = join(devnet.home, "clients", "alice");
    await page
      .getByLabel("certificate.pem and key.pem")
      .setInputFiles([join(alice, "certificate.pem"), join(alice, "key.pem")]);
    await page.getByText(/Signing as alice/).waitFor();
    const id = await send(page);
    await page.locator(`.sent a[href="/transaction/${id}"]`).click();
    await page.getByText("contract_id").first().waitFor();
    await page.locator(".seal.verified").waitFor();
    await page.locator(".facts a").first().click();
    await page.getByRole("heading", { level: 1, name: /^Block \d+$/ }).waitFor();
    await page.locator(".seal.verified").waitFor();
    await page.getByText(/transactions were hashed, and give the root/).waitFor();
    await page.locator(`a[href="/transaction/${id}"]`).waitFor();
  }));

test("what cannot be sent is said, and nothing is sent", async () => {
  const page = await open();
  await page.getByText(/Live from/).waitFor();
  await page.getByLabel("JSON data").fill("{data: hello}");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("alert").getByText("This is no JSON text.").waitFor();
  await page.getByRole("radio", { name: "Contract call" }).check();
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByRole("alert").getByText("Name the method.").waitFor();
  assert.equal(await page.locator(".sent").count(), 0);
});

test("the leader is killed: the page shows it, another leads, and the chain goes on", () =>
  withLogs(devnet, async () => {
    const page = await open();
    await row(page, "peer3").getByText("online").waitFor();
    const leader = await leaderOf(page);
    await devnet.kill(numberOf(leader));
    await row(page, leader).getByText("no answer").waitFor({ timeout: 8_000 });
    await ring(page).locator(".seat.away").waitFor();
    const alive = devnet.urls.filter((_, at) => devnet.pidOf(at) !== undefined);
    const id = await commitData(alive[0] as string, alive, "without its leader");
    await page.locator(`.transactions a[href="/transaction/${id}"]`).waitFor();
    await until("another one leads", async () => (await leaderOf(page)) !== leader);
    await devnet.restart(numberOf(leader));
    await row(page, leader).getByText("online").waitFor();
    await until("nobody is away", async () => (await ring(page).locator(".seat.away").count()) === 0);
  }));

test("the peer that the page listens to is killed: it says so, goes on with another, and a reload resumes", () =>
  withLogs(devnet, async () => {
    const page = await open();
    const link = page.locator(".link");
    await page.getByText(/Live from/).waitFor();
    const first = /peer\d/.exec(await link.innerText())?.[0] ?? assert.fail();
    await devnet.kill(numberOf(first));
    await page.getByText(new RegExp(`^${first}.devnet fell silent`)).waitFor({ timeout: 8_000 });
    await until("another peer is heard", async () => {
      const said = await link.innerText();
      return said.startsWith("Live") && !said.includes(first);
    });
    const id = await send(page);
    await page.reload();
    await page.locator(`.transactions a[href="/transaction/${id}"]`).waitFor();
    await page.getByText(/Live from/).waitFor();
    await send(page);
    await devnet.restart(numberOf(first));
    await row(page, first).getByText("online").waitFor();
  }));

test("a peer that hangs, with its connections open, is left for another", () =>
  withLogs(devnet, async () => {
    const page = await open();
    const link = page.locator(".link");
    await page.getByText(/Live from/).waitFor();
    const first = /peer\d/.exec(await link.innerText())?.[0] ?? assert.fail();
    const pid = devnet.pidOf(numberOf(first)) as number;
    process.kill(pid, "SIGSTOP");
    try {
      await page.getByText(new RegExp(`^${first}.devnet fell silent`)).waitFor({ timeout: 12_000 });
      await send(page);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await row(page, first).getByText("online").waitFor();
  }));

test("Korean, dark, on a narrow screen: nothing is cut off, and both choices are remembered", () =>
  withLogs(devnet, async () => {
    const narrow = { locale: "ko-KR", colorScheme: "dark", viewport: { width: 360, height: 740 } } as const;
    const page = await open("/", narrow);
    await page.getByRole("heading", { name: "트랜잭션 보내기" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "ko");
    const ground = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const dark = await ground();
    await page.getByLabel("화면 테마").selectOption("light");
    await until("the ground is light", async () => (await ground()) !== dark);
    await page.getByLabel("언어").selectOption("en");
    await page.getByRole("heading", { name: "Send a transaction" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Send a transaction" }).waitFor();
    assert.notEqual(await ground(), dark);
    const id = await commitData(devnet.urls[0] as string, devnet.urls, "x".repeat(300));
    for (const path of ["/", `/transaction/${id}`, "/block/1", "/no-such-page"]) {
      for (const width of [320, 360]) {
        await page.setViewportSize({ width, height: 740 });
        await page.goto(devnet.station.url + path);
        if (/transaction|block/.test(path)) await page.locator(".seal.verified").waitFor();
        // From the first paint on: a page that is too wide while it loads is too wide.
        for (let look = 0; look < 10; look++) {
          assert.deepEqual(await page.evaluate<readonly string[]>(OVERFLOW), [], `${path} at ${width} px`);
          await page.waitForTimeout(20);
        }
      }
    }
  }));

test("everything that can be used has a name, and every view its landmarks and one first heading", () =>
  withLogs(devnet, async () => {
    const id = await commitData(devnet.urls[0] as string, devnet.urls, "a11y");
    const page = await open();
    for (const path of ["/", `/transaction/${id}`, "/block/1"]) {
      await page.goto(devnet.station.url + path);
      await page.getByRole("heading", { level: 1 }).first().waitFor();
      if (path === "/") await page.getByRole("radio", { name: "I sign" }).check();
      const unnamed = await page.evaluate<readonly string[]>(UNNAMED);
      assert.deepEqual(unnamed, [], path);
      assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, path);
      assert.equal(await page.getByRole("main").count(), 1, path);
      assert.equal(await page.getByRole("banner").count(), 1, path);
    }
  }));

test("less motion is kept to, where it is asked for", async () => {
  const page = await open("/", { reducedMotion: "reduce" });
  await ring(page).locator(".light").waitFor();
  const duration = await page.evaluate<string>(
    'getComputedStyle(document.querySelector("svg.ring .light")).transitionDuration',
  );
  assert.equal(duration, "0s");
});

test("the page that a peer serves is of that peer, and its other addresses lead to it too", () =>
  withLogs(devnet, async () => {
    current = await openPage(browser, `${devnet.urls[2]}/block/1`);
    const { page } = current;
    await page.getByRole("heading", { level: 1, name: "Block 1" }).waitFor();
    await page.getByText("Live from peer2.devnet").waitFor();
    await page.goto(devnet.urls[2] as string);
    await page.getByText("Live from peer2.devnet").waitFor();
    await send(page);
  }));
