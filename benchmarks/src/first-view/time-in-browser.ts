/** How long a browser takes to show a page's first view. */
import { type Browser, chromium } from "playwright-core";
import { type Quantiles, quantilesOf } from "../quantiles.ts";

const LOADS = 7;
const VIEW_MS = 60_000;
/** No sandbox, for containers have no user namespaces; no traffic of the browser's own. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
];

/**
 * Code for the page, as text, since this project knows no types of browsers: looks at every frame, and resolves with the
 * ms from navigation to the page's own mark, or to now if the first row of blocks shows and there is no mark. One
 * evaluation for all looks: the page's policy refuses later ones.
 */
const FIRST_VIEW = `new Promise((resolve, reject) => {
  const look = () => {
    const [mark] = performance.getEntriesByName("dure:first-view");
    if (mark !== undefined) return resolve({ ms: mark.startTime, by: "mark" });
    if (document.querySelector(".blocks tbody tr") !== null) return resolve({ ms: performance.now(), by: "row" });
    if (performance.now() > ${VIEW_MS}) return reject(new Error("the page shows no blocks within ${VIEW_MS} ms"));
    requestAnimationFrame(look);
  };
  look();
})`;

type FirstView = { readonly ms: number; readonly by: "mark" | "row" };

export type BrowserTimes = Quantiles & {
  /** What told of the first view. */
  readonly by: FirstView["by"];
};

/** One load in a profile of its own, whose cache is empty. */
const load = async (browser: Browser, url: string): Promise<FirstView> => {
  const context = await browser.newContext({ locale: "en-US" });
  try {
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "commit" });
    return await page.evaluate<FirstView>(FIRST_VIEW);
  } finally {
    await context.close();
  }
};

/** Loads a page several times, after once to warm the peer and the browser, and times its first view in ms. */
export const timeInBrowser = async (url: string): Promise<BrowserTimes> => {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, headless: true, args: FLAGS });
  try {
    const { by } = await load(browser, url);
    const samples: number[] = [];
    for (let at = 0; at < LOADS; at++) samples.push((await load(browser, url)).ms);
    return { by, ...quantilesOf(samples) };
  } finally {
    await browser.close();
  }
};
