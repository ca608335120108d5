/** A real browser with an empty profile, and what a page did wrong in it. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** No sandbox, for containers have no user namespaces; no traffic of the browser's own. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  linux: "`sudo apt-get install chromium` on Debian and Ubuntu",
  darwin: "`brew install --cask chromium`",
  win32: "`winget install Google.Chrome`",
};

const places = (): readonly string[] => {
  if (process.platform === "darwin")
    return ["Google Chrome", "Chromium"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
  if (process.platform === "win32")
    return ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"].flatMap((name) => {
      const base = process.env[name];
      return base === undefined ? [] : [join(base, "Google", "Chrome", "Application", "chrome.exe")];
    });
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  const directories = ["/usr/bin", "/snap/bin", ...(process.env["PATH"] ?? "").split(delimiter)];
  return directories.filter(Boolean).flatMap((directory) => names.map((name) => join(directory, name)));
};

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The browser's program: $CHROMIUM, or one in the usual places. Throws, saying how to get one, where there is none. */
const findBrowser = (): string => {
  const named = process.env["CHROMIUM"];
  const found = named ?? places().find(isProgram);
  if (found !== undefined && isProgram(found)) return found;
  throw new Error(
    `no browser for the tests of the page${named === undefined ? "" : ` at $CHROMIUM (${named})`}: install one with ` +
      `${INSTALL[process.platform] ?? "your system's package manager"}, or name its program in CHROMIUM`,
  );
};

/** Starts the browser, headless and with an empty profile of its own. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: findBrowser(), headless: true, args: FLAGS });

/** A page that is open, and what went wrong in it: errors of scripts and breaches of the content security policy. */
export type OpenPage = { readonly page: Page; readonly troubles: () => readonly string[] };

/** The browser's own word on a peer that is gone, or knows nothing of a path: no fault of the page. */
const NETWORK = /^Failed to load resource: (net::ERR_|the server responded with a status of 404)/;

/** Code for the page is text here: these tests know no types of browsers. */
const TELL_OF_BREACHES = `document.addEventListener("securitypolicyviolation", (breach) =>
  console.error("content security policy: " + breach.violatedDirective + " refuses " + breach.blockedURI));`;

/** Opens an address in a profile of its own. */
export const openPage = async (
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenPage> => {
  const context = await browser.newContext({ locale: "en-US", ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !NETWORK.test(text)) troubles.push(text);
  });
  page.on("pageerror", ({ message }) => troubles.push(message));
  await page.addInitScript({ content: TELL_OF_BREACHES });
  await page.goto(url);
  return { page, troubles: () => troubles };
};
