import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { commandsToTry } from "./try-commands.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

test("inside the repository the commands are short, and name no home that would be found anyway", () => {
  const commands = commandsToTry(resolve(ROOT, ".dure"), ROOT);
  assert.equal(commands.length, 3);
  for (const command of commands) {
    assert.match(command, /^npx dure /);
    assert.doesNotMatch(command, /--home/);
  }
});

test("elsewhere npx is not trusted to find dure, and another home is named", () => {
  const home = join(tmpdir(), "a devnet");
  for (const command of commandsToTry(home, tmpdir())) {
    assert.match(command, /^node .*dure\.mjs"? /);
    assert.ok(command.includes(`--home "${home}"`), command);
  }
});
