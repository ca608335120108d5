import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CliError } from "../error.ts";
import { readFoundFile } from "./found-file.ts";

const parent = await mkdtemp(join(tmpdir(), "dure-cli-"));
after(() => rm(parent, { recursive: true, force: true }));
const path = join(parent, "found.json");

test("what to found is read as it stands, and the SCORE store is founded with it", async () => {
  const file = { channel: "trade", validators: 3, limits: { longestLifeMs: 1_000 } };
  await writeFile(path, JSON.stringify(file));
  const { scores, ...rest } = await readFoundFile(path);
  assert.deepEqual(rest, file);
  assert.deepEqual(
    scores.map(({ name }) => name),
    ["score-store"],
  );
});

test("a SCORE store that the file brings is the one", async () => {
  const scores = [{ name: "score-store", version: "1.0.0", source: "" }];
  await writeFile(path, JSON.stringify({ channel: "trade", validators: 3, scores }));
  assert.deepEqual((await readFoundFile(path)).scores, scores);
});

test("a flaw is told with the file's name", async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["{", /found\.json cannot be read as JSON/],
    ["[]", /not a JSON object/],
    ['{"channel":"a"}', /validators is missing/],
    ['{"validators":1}', /channel is missing/],
    ['{"channel":"a","validators":1,"validator":2}', /validator is no field/],
    ['{"channel":"a","validators":1,"scores":{}}', /scores is not a list/],
  ];
  for (const [text, pattern] of cases) {
    await writeFile(path, text);
    await assert.rejects(
      readFoundFile(path),
      (error) => error instanceof CliError && error.code === "FOUND_FILE" && pattern.test(error.message),
      text,
    );
  }
});
