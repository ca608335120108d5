import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CliError } from "./error.ts";
import { pageDirectory } from "./page-directory.ts";

const given = await mkdtemp(join(tmpdir(), "dure-page-"));
after(() => rm(given, { recursive: true, force: true }));

test("off is no page, and a directory without one is refused with what to do", () => {
  assert.equal(pageDirectory("off"), undefined);
  for (const each of [given, join(given, "none")])
    assert.throws(
      () => pageDirectory(each),
      (error) =>
        error instanceof CliError && error.code === "PAGE_MISSING" && /index\.html/.test(error.message),
    );
});

test("a directory with a page is taken, and named from the root", async () => {
  await writeFile(join(given, "index.html"), "<!doctype html>");
  assert.equal(pageDirectory(given), given);
  assert.equal(pageDirectory(relative(process.cwd(), given)), given);
});

test("unless told otherwise it is the page that comes with dure, if it is built", () => {
  const built = fileURLToPath(new URL("../../dashboard/dist", import.meta.url));
  const expected = existsSync(join(built, "index.html")) ? built : undefined;
  assert.equal(pageDirectory(undefined), expected);
});
