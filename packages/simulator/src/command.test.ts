import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseCommand, replayText, UsageError } from "./command.ts";

const main = fileURLToPath(new URL("./main.js", import.meta.url));

const simulate = (...argv: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: "utf8" });
  return { status, stdout, stderr };
};

test("sound histories end in exit code 0, and with --json in one line to read", () => {
  const { status, stdout } = simulate("--engine", "lft", "--validators", "4", "--seeds", "3", "--json");
  const { seeds, broken, totals, validators } = JSON.parse(stdout);
  assert.deepEqual({ status, seeds, broken, validators }, { status: 0, seeds: 3, broken: [], validators: 4 });
  assert(totals.commits > 0);
});

test("a mutant that is found ends in exit code 0 and names the seed and how to replay it", () => {
  const { status, stdout } = simulate("--seeds", "2", "--mutant", "data-not-durable");
  assert.equal(status, 0);
  assert.match(stdout, /seed 1: certified data is durable/);
  assert.match(stdout, /replay: npm run simulate -- .*--from 1 --mutant data-not-durable --transcript/);
});

test("a mutant that is not found ends in exit code 1", () => {
  const { status, stdout } = simulate("--validators", "1", "--seeds", "1", "--mutant", "tc-highest-qc");
  assert.equal(status, 1);
  assert.match(stdout, /no invariant broke/);
});

test("a command line that says nothing ends in exit code 2 and the usage", () => {
  const { status, stderr } = simulate("--seeds", "none");
  assert.equal(status, 2);
  assert.match(stderr, /--seeds is a whole number from 1, not none\nsimulate --engine lft/);
});

test("unknown words are refused by name", () => {
  for (const argv of [
    ["--mutant", "x"],
    ["--engine", "raft"],
    ["--byzantine", "x"],
    ["--what"],
    ["--spin", "0"],
  ]) {
    assert.throws(() => parseCommand(argv), UsageError, argv.join(" "));
  }
});

test("the replay of a command names all that makes the history", () => {
  const argv = [
    "--validators",
    "7",
    "--spin",
    "3",
    "--views",
    "9",
    "--byzantine",
    "twins",
    "--mutant",
    "lft2",
  ];
  const replay = replayText(parseCommand(argv), 12);
  const again = parseCommand(replay.split(" -- ")[1]?.split(" ") ?? []);
  assert.deepEqual(again, { ...parseCommand(argv), seeds: 1, from: 12, showsTranscript: true });
});
